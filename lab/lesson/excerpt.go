package lesson

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/docs/deploy"
)

// An Excerpt is a function of a strategy as it was compiled into this binary, or
// an alert that ships with it, so that a lesson cannot show what is not so.
type Excerpt struct {
	File  string // base name, below checker/strategy or docs/deploy
	Name  string // "newRiskySet", "setPerRequest.miss", or of the alert
	First int    // line of the first of Lines
	Lines []string
}

// cut finds "riskyset.go newRiskySet".
func cut(reference string) (Excerpt, error) {
	file, name, ok := strings.Cut(reference, " ")
	if !ok {
		return Excerpt{}, fmt.Errorf("%q: want a file and a function", reference)
	}
	raw, err := strategy.Source.ReadFile(file)
	if err != nil {
		return Excerpt{}, fmt.Errorf("finding the source: %w", err)
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, raw, parser.SkipObjectResolution)
	if err != nil {
		return Excerpt{}, fmt.Errorf("reading the source: %w", err)
	}
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && functionName(f) == name {
			from, to := set.Position(f.Pos()).Line, set.Position(f.End()).Line
			return Excerpt{file, name, from, strings.Split(string(raw), "\n")[from-1 : to]}, nil
		}
	}
	return Excerpt{}, fmt.Errorf("%s has no function %s", file, name)
}

func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if id, ok := of.(*ast.Ident); ok {
		return id.Name + "." + f.Name.Name
	}
	return f.Name.Name
}

// cutAlert finds an alert by name among those that ship, without what it tells
// people.
func cutAlert(name string) (Excerpt, error) {
	lines := strings.Split(deploy.Alerts, "\n")
	for first, line := range lines {
		if strings.TrimSpace(line) != "- alert: "+name {
			continue
		}
		last := first
		for last < len(lines) && !strings.Contains(lines[last], "annotations:") && strings.TrimSpace(lines[last]) != "" {
			last++
		}
		return Excerpt{"alerts.yml", name, first + 1, lines[first:last]}, nil
	}
	return Excerpt{}, fmt.Errorf("no alert %s ships", name)
}
