package web_test

import (
	"bytes"
	"net/http"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/live"
)

// instance adds a process of a build with one heap snapshot, by id.
func (s *testServer) instance(t *testing.T, id, build, epoch string) {
	t.Helper()
	hub := live.NewHub(live.Config{Epoch: "e1", Target: id})
	t.Cleanup(hub.Close)
	w := target.NewWatch(target.WatchConfig{ID: id, Epoch: "e1", Archive: s.archive, Graphs: s.graphs, Sink: hub})
	w.Hello(profiler.Process{Build: build})
	stranger, err := target.NewStranger(target.StrangerConfig{URL: "http://" + id})
	if err != nil {
		t.Fatal(err)
	}
	s.api.Targets.Add(api.AttachedTarget(target.NewAttachment(target.AttachConfig{Stranger: stranger, Watch: w}), w, "http://"+id, hub))
	var heap bytes.Buffer
	if err := pprof.WriteHeapProfile(&heap); err != nil {
		t.Fatal(err)
	}
	if _, err := s.archive.Save(profiler.Snapshot{Target: id, Kind: "heap", Epoch: epoch}, heap.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// What was taken off the list and does not answer is no alert's business.
func TestWhoeverLeftIsNotScraped(t *testing.T) {
	s := newServer(t)
	s.instance(t, "a:1", "shop v1", "e1")
	for _, since := range []time.Time{{}, time.Now()} {
		s.api.Targets.All()[1].SetGone(since)
		_, body := s.send(t, "GET", "/metrics", bearer(tokens.Viewer))
		if got, want := strings.Contains(body, `target="a:1"`), since.IsZero(); got != want {
			t.Errorf("not listed since %v: in the metrics %v, want %v", since, got, want)
		}
		_, page := s.send(t, "GET", "/fleet", bearer(tokens.Viewer))
		if got := strings.Contains(page, "Not listed any more since"); got == since.IsZero() {
			t.Errorf("not listed since %v: the page says so %v", since, got)
		}
		s.do(t, call{path: "fleet", says: `"gone_t":`})
	}
}

// Any two of three builds are compared, by heaps that are theirs.
func TestTwoBuildsAreCompared(t *testing.T) {
	s := newServer(t)
	s.instance(t, "a:1", "shop v1", "e1")
	s.instance(t, "b:1", "shop v2", "e1")
	s.instance(t, "c:1", "shop v3 & more", "e1")
	s.instance(t, "d:1", "shop v4", "another run's")
	_, page := s.send(t, "GET", "/fleet", bearer(tokens.Viewer))
	for _, build := range []string{"shop v1", "shop v2", "shop v3 &amp; more", "shop v4"} {
		if !strings.Contains(page, `name="build" value="`+build+`"`) {
			t.Errorf("%s cannot be picked", build)
		}
	}
	for _, tt := range []struct {
		query    string
		status   int
		location string
	}{
		{"build=shop+v1&build=shop+v3+%26+more", http.StatusSeeOther, "/diff?base=1&head=3"},
		{"build=shop+v2&build=shop+v1", http.StatusSeeOther, "/diff?base=2&head=1"},
		{"id=a:1&id=c:1", http.StatusSeeOther, "/diff?base=1&head=3"},
		{"build=shop+v1", http.StatusBadRequest, ""},
		{"build=shop+v1&build=shop+v1", http.StatusBadRequest, ""},
		{"build=shop+v1&build=shop+v9", http.StatusNotFound, ""},
		{"build=shop+v1&build=shop+v4", http.StatusConflict, ""},
		{"", http.StatusBadRequest, ""},
	} {
		resp, body := s.send(t, "GET", "/fleet/compare?"+tt.query, bearer(tokens.Viewer))
		if resp.StatusCode != tt.status || resp.Header.Get("Location") != tt.location {
			t.Errorf("%s: status %d to %q, want %d to %q: %.200s", tt.query, resp.StatusCode, resp.Header.Get("Location"), tt.status, tt.location, body)
		}
	}
}
