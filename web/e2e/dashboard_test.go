package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// A dashboard is what we read of Grafana's format.
type dashboard struct {
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type, Definition string }
	}
	Annotations struct {
		List []struct{ Name, Expr string }
	}
	Panels []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ X, Y, W, H int }
		FieldConfig              struct{ Defaults struct{ Unit string } }
		Datasource               struct{ UID string }
		Targets                  []struct {
			Expr       string
			Datasource struct{ UID string }
		}
	}
}

// panelQueries checks the dashboard's form, and returns what it asks for by the
// title of the panel, its variables filled in.
func panelQueries(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(deploy + "grafana/leakline.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatalf("leakline.json: %v", err)
	}
	queries, source := map[string]string{}, ""
	fill := []string{"$__rate_interval", "4s"}
	for _, v := range d.Templating.List {
		switch v.Type {
		case "datasource":
			source = "${" + v.Name + "}"
		case "query":
			fill = append(fill, "$"+v.Name, ".+")
			if selector, ok := strings.CutPrefix(v.Definition, "label_values("); ok {
				queries["variable "+v.Name] = selector[:strings.LastIndex(selector, ",")]
			}
		}
	}
	for _, a := range d.Annotations.List {
		queries["annotation "+a.Name] = a.Expr
	}
	taken := map[int]bool{}
	for _, p := range d.Panels {
		if taken[p.ID] || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 {
			t.Errorf("panel %d %q: its id is taken, it has no title, or no place in 24 columns", p.ID, p.Title)
		}
		taken[p.ID] = true
		if p.Type == "row" {
			continue
		}
		if p.FieldConfig.Defaults.Unit == "" || p.Description == "" || len(p.Targets) == 0 || source == "" || p.Datasource.UID != source {
			t.Errorf("panel %q lacks a unit, a description, a query or the data source %q", p.Title, source)
		}
		for i, target := range p.Targets {
			if target.Datasource.UID != source {
				t.Errorf("panel %q asks %q, want %q", p.Title, target.Datasource.UID, source)
			}
			queries[fmt.Sprintf("panel %q, query %d", p.Title, i)] = target.Expr
		}
	}
	for title, expr := range queries {
		queries[title] = strings.NewReplacer(fill...).Replace(expr)
	}
	if len(queries) < 20 || d.SchemaVersion < 36 {
		t.Errorf("%d queries by schema %d: that is no dashboard", len(queries), d.SchemaVersion)
	}
	return queries
}
