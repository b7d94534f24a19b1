package agent_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler/agent"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func serve(t *testing.T, cfg agent.Config) string {
	t.Helper()
	s := httptest.NewServer(agent.Handler(cfg))
	t.Cleanup(s.Close) // which waits for every handler to return
	return s.URL
}

// ask returns an answer with its whole body.
func ask(t *testing.T, method, url string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestASnapshotIsAProfile(t *testing.T) {
	url := serve(t, agent.Config{Counters: agent.Counters{Requests: func() uint64 { return 77 }}})
	for _, tt := range []struct{ name, query, sample string }{
		{"the heap is the default", "", "inuse_space"},
		{"the heap by name", "?kind=heap", "inuse_space"},
		{"another kind", "?kind=goroutine", "goroutine"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := ask(t, http.MethodGet, url+"/debug/leakline/snapshot"+tt.query)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s", resp.Status, body)
			}
			p, err := profile.Parse(bytes.NewReader(body))
			if err != nil {
				t.Fatalf("the answer is not a profile: %v", err)
			}
			found := false
			for _, s := range p.SampleType {
				found = found || s.Type == tt.sample
			}
			if !found {
				t.Errorf("its samples are %v, want %s among them", p.SampleType, tt.sample)
			}
			if got := resp.Header.Get(agent.HeaderRequests); got != "77" {
				t.Errorf("%s: %q, want 77", agent.HeaderRequests, got)
			}
		})
	}
}

func TestASnapshotSaysWhatItStandsFor(t *testing.T) {
	url := serve(t, agent.Config{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, _ := ask(t, http.MethodGet, url+"/debug/leakline/snapshot?gc=1")
	runtime.ReadMemStats(&after)

	if after.NumForcedGC != before.NumForcedGC+1 {
		t.Errorf("%d collections were forced, want 1", after.NumForcedGC-before.NumForcedGC)
	}
	cycle := number(t, resp, agent.HeaderGCCycle)
	if cycle <= float64(before.NumGC) || cycle > float64(after.NumGC) {
		t.Errorf("cycle %v, want one after %d up to %d", cycle, before.NumGC, after.NumGC)
	}
	if floor := number(t, resp, agent.HeaderFloor); floor <= 0 || floor > float64(after.HeapSys) {
		t.Errorf("a floor of %v bytes, want up to the heap's %d", floor, after.HeapSys)
	}
	if got := number(t, resp, agent.HeaderMemProfileRate); got != float64(runtime.MemProfileRate) {
		t.Errorf("profile rate %v, want %d", got, runtime.MemProfileRate)
	}
	if cost := number(t, resp, agent.HeaderCapture); cost <= 0 || cost > 60_000 {
		t.Errorf("it took %v ms", cost)
	}
	if up := number(t, resp, agent.HeaderUptime); up < 0 || up > 60 {
		t.Errorf("up for %v s", up)
	}
	if got, ok := resp.Header[agent.HeaderRequests]; ok {
		t.Errorf("requests %q, want none of a service that does not count", got)
	}
}

// number reads a header.
func number(t *testing.T, resp *http.Response, name string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(resp.Header.Get(name), 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

func TestWithoutAskingNobodyCollects(t *testing.T) {
	url := serve(t, agent.Config{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ask(t, http.MethodGet, url+"/debug/leakline/snapshot")
	runtime.ReadMemStats(&after)
	if after.NumForcedGC != before.NumForcedGC {
		t.Error("a snapshot forced a collection")
	}
}

func TestACollectionOnDemand(t *testing.T) {
	url := serve(t, agent.Config{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, body := ask(t, http.MethodPost, url+"/debug/leakline/gc")
	runtime.ReadMemStats(&after)
	if resp.StatusCode != http.StatusNoContent || len(body) != 0 {
		t.Errorf("%s with %d bytes, want 204 without any", resp.Status, len(body))
	}
	if after.NumForcedGC != before.NumForcedGC+1 {
		t.Errorf("%d collections were forced, want 1", after.NumForcedGC-before.NumForcedGC)
	}
	if took := number(t, resp, agent.HeaderCapture); took <= 0 {
		t.Errorf("it took %v ms", took)
	}
}

func TestWhatIsNotServedIsRefused(t *testing.T) {
	url := serve(t, agent.Config{})
	tests := []struct {
		name, method, path string
		status             int
		says               string
	}{
		{"a profile that does not exist", "GET", "/debug/leakline/snapshot?kind=leaks", 404, `kind="leaks"`},
		{"a profile with an awkward name", "GET", "/debug/leakline/snapshot?kind=%3Cb%3E%0A", 404, `kind="<b>\n"`},
		{"a collection by a link", "GET", "/debug/leakline/gc", 405, ""},
		{"the command line, which may hold secrets", "GET", "/debug/pprof/cmdline", 404, ""},
		{"readings faster than they can be taken", "GET", "/debug/leakline/readings?every=1ms", 400, "20ms"},
		{"readings slower than anybody waits", "GET", "/debug/leakline/readings?every=2m", 400, "1m0s"},
		{"an interval that is none", "GET", "/debug/leakline/readings?every=soon", 400, `every="soon"`},
		{"an interval without a unit", "GET", "/debug/leakline/readings?every=100", 400, "such as 100ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := ask(t, tt.method, url+tt.path)
			if resp.StatusCode != tt.status || !strings.Contains(string(body), tt.says) {
				t.Errorf("%d %q, want %d and %q", resp.StatusCode, body, tt.status, tt.says)
			}
		})
	}
}

func TestGoToolPprofFindsWhatItExpects(t *testing.T) {
	url := serve(t, agent.Config{})
	resp, body := ask(t, http.MethodGet, url+"/debug/pprof/heap")
	if _, err := profile.Parse(bytes.NewReader(body)); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %v", resp.Status, err)
	}
	if _, body := ask(t, http.MethodGet, url+"/debug/pprof/"); !bytes.Contains(body, []byte("goroutine")) {
		t.Errorf("the index does not list the goroutine profile: %s", body)
	}
}

func TestTheProcessIsThisOne(t *testing.T) {
	_, hello := open(t, serve(t, agent.Config{MemoryLimit: 1 << 30}), "")
	p := hello.Process
	if p.PID != os.Getpid() || p.GoVersion != runtime.Version() || p.GOMAXPROCS != runtime.GOMAXPROCS(0) {
		t.Errorf("process %d of %s on %d processors, want this one", p.PID, p.GoVersion, p.GOMAXPROCS)
	}
	if p.MemProfileRate != runtime.MemProfileRate {
		t.Errorf("profile rate %d, want %d", p.MemProfileRate, runtime.MemProfileRate)
	}
	if p.MemoryLimit == nil || *p.MemoryLimit != 1<<30 {
		t.Errorf("memory limit %v, want the configured one", p.MemoryLimit)
	}
	if p.Build == "" || time.Since(p.Start) > time.Minute {
		t.Errorf("build %q, start %v", p.Build, p.Start)
	}
}
