package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/discovery"
)

// An obedient fleet of checkers has no member and takes any order.
type obedient struct{}

func (obedient) Name() string                                    { return "default" }
func (obedient) Members(context.Context) ([]fleet.Member, error) { return nil, nil }
func (obedient) Latest(context.Context) (fleet.Order, error)     { return fleet.Order{}, nil }
func (obedient) Order(_ context.Context, strategy, by string) (fleet.Order, error) {
	return fleet.Order{Generation: 1, Strategy: strategy, By: by}, nil
}

// While no service is found yet, or none any more, whoever looks for them is
// well: what needs no process works, and the rest says that there is none.
func TestAnEmptyFleetAnswers(t *testing.T) {
	s := newServer(t)
	s.api.Targets.Remove(s.target)
	s.api.Fleet.Watches, s.api.Checkers = true, obedient{}
	if _, err := s.archive.Save(profiler.Snapshot{Target: "gone:6060", Kind: "heap", Reason: profiler.ReasonManual}, []byte("not a profile")); err != nil {
		t.Fatal(err)
	}
	if resp, body := s.send(t, "GET", "/readyz", nil); resp.StatusCode != 503 || !strings.Contains(body, "not looked for yet") {
		t.Errorf("before the first look: status %d, %s", resp.StatusCode, body)
	}
	s.api.Fleet.Looked([]discovery.State{{Name: "file fleet.json"}}, true)
	for _, c := range []call{
		{path: "/readyz", says: `"services":"none found yet"`},
		{path: "/healthz", says: `"ok":true`},
		{path: "/metrics", says: "leakline_"},
		{path: "targets", says: `{"targets":[]}`},
		{path: "fleet", says: `"instances":[],"sites":[],"builds":[],"sources":[{"name":"file fleet.json"`},
		{path: "fleet/checkers", says: `"members":[]`},
		{method: "PUT", path: "fleet/strategy", body: `{"name":"list-scan"}`, says: `"strategy":"list-scan"`},
		{path: "snapshots/1", says: `"target":"gone:6060"`},
		{path: "state", status: 503, says: "no process is watched yet"},
		{method: "POST", path: "gc", body: "{}", status: 503, says: "no process is watched yet"},
	} {
		s.do(t, c)
	}
	// Whatever is answered, the contract knows it.
	for pattern := range mustLoad(t).Operations() {
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{id}", "1", "{lesson}", "none", "{step}", "none", "{profile}", "heap").Replace(path)
		if method == http.MethodGet && path != "/ws" {
			if resp, body := s.send(t, method, path, bearer(tokens.Instructor)); resp.StatusCode == http.StatusInternalServerError {
				t.Errorf("%s: status %d, %s", pattern, resp.StatusCode, body)
			}
		}
	}
	for _, page := range []string{"/fleet", "/snapshots", "/report", "/learn", "/room", "/holders", "/debug/self"} {
		if resp, body := s.send(t, "GET", page, bearer(tokens.Viewer)); resp.StatusCode == http.StatusInternalServerError {
			t.Errorf("%s: status %d, %.300s", page, resp.StatusCode, body)
		}
	}
}
