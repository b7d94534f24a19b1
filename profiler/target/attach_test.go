package target_test

import (
	"context"
	"expvar"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/target"
)

// attach watches what h serves until the test ends.
func attach(t *testing.T, h http.Handler) (*target.Attachment, *target.Watch) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := target.NewStranger(target.StrangerConfig{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	w := newWatch(t, target.WatchConfig{})
	a := target.NewAttachment(target.AttachConfig{Stranger: s, Watch: w})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return a, w
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

func texts(w *target.Watch) string {
	var all []string
	for _, m := range w.Series().Marks(time.Time{}) {
		all = append(all, string(m.Kind)+": "+m.Text)
	}
	return strings.Join(all, "; ")
}

// withPprof adds one more handler to what every stranger serves.
func withPprof(path string, h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pprofMux())
	mux.Handle(path, h)
	return mux
}

func TestAttachReadsWhatThereIs(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, tt := range []struct {
		name, how string
		handler   http.Handler
		exact     bool
	}{
		{"nothing but pprof", "by net/http/pprof", pprofMux(), false},
		{"expvar", "by expvar", withPprof("/debug/vars", expvar.Handler()), false},
		{"Prometheus", "by Prometheus", withPprof("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{})), false},
		{"an agent", "by its agent", agent.Handler(agent.Config{}), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, w := attach(t, tt.handler)
			eventually(t, "a reading and a snapshot", func() bool {
				_, _, read := w.Series().Latest()
				return read && strings.Contains(texts(w), "snapshot 1, when the process became ready")
			})
			if !strings.Contains(texts(w), tt.how) {
				t.Errorf("marks %q, want it watched %s", texts(w), tt.how)
			}
			r, f, _ := w.Series().Latest()
			for _, m := range []profiler.Metric{profiler.HeapLive, profiler.HeapInUse, profiler.HeapGoal, profiler.AllocBytes, profiler.GCCycles} {
				if !(r.Get(m) > 0) {
					t.Errorf("%v is %v, want something", m, r.Get(m))
				}
			}
			if f[profiler.FigFloor] > f[profiler.FigGoal] || w.FloorExact() != tt.exact {
				t.Errorf("floor %v of goal %v, exact %v: want less, and %v", f[profiler.FigFloor], f[profiler.FigGoal], w.FloorExact(), tt.exact)
			}
			if life := a.Life(); life.Status != target.Running || life.Generation != 1 || life.Restarts != 0 {
				t.Errorf("life %+v, want it running for the first time", life)
			}
			if err := w.GC(t.Context(), "test"); err != nil {
				t.Errorf("GC: %v", err)
			}
		})
	}
}

// trailer is a heap profile in text with nothing in it but figures.
func trailer(allocated, cycles int64) string {
	return fmt.Sprintf("heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# HeapAlloc = 5\n# NextGC = 9\n"+
		"# TotalAlloc = %d\n# NumGC = %d\n", allocated, cycles)
}

// A new process counts from nothing, and must not show as a negative rate.
func TestAttachNoticesARestart(t *testing.T) {
	var allocated atomic.Int64
	allocated.Store(1 << 30)
	a, w := attach(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/debug/pprof/heap" || r.FormValue("debug") != "1" {
			http.NotFound(rw, r)
			return
		}
		fmt.Fprint(rw, trailer(allocated.Add(1000), 7))
	}))
	eventually(t, "two readings", func() bool { return len(w.Series().Readings(time.Time{})) > 1 })
	allocated.Store(1 << 20)
	eventually(t, "a second life", func() bool { return a.Life().Generation == 2 })
	eventually(t, "a reading of it", func() bool { r, _, _ := w.Series().Latest(); return r.Generation == 2 })
	if life := a.Life(); life.Restarts != 1 || life.Status != target.Running {
		t.Errorf("life %+v, want one restart", life)
	}
	for _, m := range []string{"stop: ", "start: watching generation 2"} {
		if !strings.Contains(texts(w), m) {
			t.Errorf("marks %q, want %q", texts(w), m)
		}
	}
}

// A service that was away for a moment is the same when its counters go on.
func TestAttachComesBack(t *testing.T) {
	var away atomic.Bool
	var allocated atomic.Int64
	a, w := attach(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case away.Load():
			http.Error(rw, "deploying", http.StatusServiceUnavailable)
		case r.URL.Path != "/debug/pprof/heap" || r.FormValue("debug") != "1":
			http.NotFound(rw, r)
		default:
			fmt.Fprint(rw, trailer(allocated.Add(1000), 7))
		}
	}))
	eventually(t, "a reading", func() bool { _, _, ok := w.Series().Latest(); return ok })
	away.Store(true)
	eventually(t, "its absence", func() bool { return a.Life().Status == target.BackingOff })
	if life := a.Life(); !strings.Contains(life.LastExit, "deploying") || life.Attempt != 1 || life.RetryAt.IsZero() {
		t.Errorf("life %+v, want what the service said and when it is tried again", life)
	}
	if _, err := w.Patient(); err == nil {
		t.Error("there is a patient, though nobody answers")
	}
	away.Store(false)
	eventually(t, "its return", func() bool { return a.Life().Status == target.Running })
	if life := a.Life(); life.Generation != 1 || life.Restarts != 0 {
		t.Errorf("life %+v, want the same as before", life)
	}
	if !strings.Contains(texts(w), "the service answers again") {
		t.Errorf("marks %q", texts(w))
	}
}

func TestSourcesRefuseWhatIsNone(t *testing.T) {
	for _, tt := range []struct{ name, path, body string }{
		{"a page at /debug/vars", "/debug/vars", "<html>"},
		{"expvar without memstats", "/debug/vars", `{"cmdline":[]}`},
		{"memstats of another kind", "/debug/vars", `{"memstats":{"HeapAlloc":-1}}`},
		{"a page at /metrics", "/metrics", "<html>{"},
		{"metrics of another language", "/metrics", "jvm_memory_used_bytes 5\n"},
		{"a negative heap", "/metrics", "go_memstats_heap_alloc_bytes -5\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, w := attach(t, withPprof(tt.path, answers(200, tt.body)))
			eventually(t, "a reading", func() bool { _, _, ok := w.Series().Latest(); return ok })
			if !strings.Contains(texts(w), "by net/http/pprof") {
				t.Errorf("marks %q, want what is left: pprof", texts(w))
			}
		})
	}
}
