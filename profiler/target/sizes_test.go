package target_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/target"
)

func TestSizesAreAskedForOnceHoweverManyAsk(t *testing.T) {
	var asked atomic.Int32
	a := agent.Handler(agent.Config{})
	tgt := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		a.ServeHTTP(w, r)
	}))
	w := newWatch(t, target.WatchConfig{})
	if _, _, err := w.Sizes(t.Context()); !errors.Is(err, target.ErrNotRunning) {
		t.Errorf("sizes of nobody: %v", err)
	}
	w.Begin(tgt, 1, true)
	for range 5 {
		classes, at, err := w.Sizes(t.Context())
		if err != nil || len(classes) == 0 || at.IsZero() {
			t.Fatalf("%d classes at %v, %v", len(classes), at, err)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the process was asked %d times, want once", n)
	}
}

func TestSizesThatAreNoneAreSaidSo(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		status     int
		says       string
	}{
		{"an agent of before", "404 page not found", 404, "agent alone"},
		{"a Go that does not count", "no", 501, "agent alone"},
		{"a service in trouble", "oh", 500, "500"},
		{"no JSON", "{", 200, "reading the size classes"},
		{"a negative number", `{"classes":[{"up_to":8,"objects":-1,"bytes":0}]}`, 200, "negative"},
		{"an answer without end", `{"classes":[` + strings.Repeat(" ", 100<<10), 200, "reading the size classes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tgt := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			if _, err := tgt.Sizes(t.Context()); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want %q in it", err, tt.says)
			}
		})
	}
}
