package verdict_test

import (
	"bytes"
	"math"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

const dump = `goroutine 1 [IO wait, 2 minutes]:
internal/poll.runtime_pollWait(0x7f, 0x72)
	/usr/local/go/src/runtime/netpoll.go:351 +0x85
net.(*netFD).Read(...)
	/usr/local/go/src/net/fd_unix.go:55
main.(*server).loop(0xc000, {0x1, 0x2})
	/src/app/main.go:12 +0x1a
created by main.main in goroutine 1
	/src/app/main.go:40 +0x2b

goroutine 7 [chan send]:
github.com/x/y.work(0x1)
	/home/dev/go/pkg/mod/github.com/x/y@v1.2.3/y.go:3 +0x1
created by main.handle[...] in goroutine 1
	/src/app/main.go:50 +0x2b

goroutine 9 [select]:
net/http.(*persistConn).readLoop(0xc000)
	/usr/local/go/src/net/http/transport.go:2395 +0xc5f
created by net/http.(*Transport).dialConn in goroutine 77
	/usr/local/go/src/net/http/transport.go:1944 +0x174f

goroutine 11 [IO wait]:
internal/poll.runtime_pollWait(0x7f, 0x72)
	/usr/local/go/src/runtime/netpoll.go:351 +0x85
bufio.(*Reader).Peek(0xc0, 0x4)
	/usr/local/go/src/bufio/bufio.go:148 +0x5
net/http.(*conn).serve(0xc0, {0x9, 0xc0})
	/usr/local/go/src/net/http/server.go:2137 +0x7a
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3493 +0x485

goroutine 10 [sele`

func TestParseGoroutines(t *testing.T) {
	all, err := verdict.ParseGoroutines([]byte(dump), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 { // the last was cut
		t.Fatalf("%d goroutines, want 4", len(all))
	}
	for i, want := range []verdict.Goroutine{
		{ID: 1, State: "IO wait", Place: &verdict.Place{Frame: diff.Frame{Function: "main.(*server).loop", File: "/src/app/main.go", Line: 12}, Leaf: "internal/poll.runtime_pollWait"}},
		{ID: 7, State: "chan send", Place: &verdict.Place{Frame: diff.Frame{Function: "main.handle[...]", File: "/src/app/main.go", Line: 50}, Leaf: "github.com/x/y.work"}},
		{ID: 9, State: "select", Place: &verdict.Place{Frame: diff.Frame{Function: "net/http.(*persistConn).readLoop", File: "/usr/local/go/src/net/http/transport.go", Line: 2395}, Leaf: "net/http.(*persistConn).readLoop"}},
		{ID: 11, State: "IO wait", Place: &verdict.Place{Frame: diff.Frame{Function: "net/http.(*conn).serve", File: "/usr/local/go/src/net/http/server.go", Line: 2137}, Leaf: "internal/poll.runtime_pollWait"}},
	} {
		if got := all[i]; got.ID != want.ID || got.State != want.State || got.Place.Frame != want.Place.Frame || got.Place.Leaf != want.Place.Leaf {
			t.Errorf("goroutine %d is %+v at %+v, want %+v at %+v", i, got, got.Place, want, want.Place)
		}
	}
}

func TestParseGoroutinesRefuses(t *testing.T) {
	for _, page := range []string{"", "<html>", "goroutine", "goroutine profile: total 3\n1 @ 0x1\n"} {
		if all, err := verdict.ParseGoroutines([]byte(page), nil); err == nil {
			t.Errorf("%q is read as %v", page, all)
		}
	}
	many := strings.Repeat("goroutine 1 [select]:\nmain.f()\n\t/f.go:1 +0x1\n\n", verdict.MaxGoroutines+1)
	if _, err := verdict.ParseGoroutines([]byte(many), nil); err == nil || !strings.Contains(err.Error(), "10000") {
		t.Errorf("more than can be told apart: %v", err)
	}
}

func TestParseGoroutinesOfThisProcess(t *testing.T) {
	var page bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&page, 2); err != nil {
		t.Fatal(err)
	}
	all, err := verdict.ParseGoroutines(page.Bytes(), nil)
	if err != nil || len(all) < 2 {
		t.Fatalf("%d goroutines, %v", len(all), err)
	}
}

func FuzzParseGoroutines(f *testing.F) {
	f.Add([]byte(dump))
	f.Add([]byte("goroutine 18446744073709551616 [x]:\n\n"))
	f.Fuzz(func(t *testing.T, page []byte) {
		all, err := verdict.ParseGoroutines(page, nil)
		if err != nil {
			return
		}
		for _, g := range all {
			if g.Place == nil || len(g.Place.Stack) == 0 {
				t.Errorf("goroutine %d stands nowhere", g.ID)
			}
		}
	})
}

// A queue is what the goroutines of one place do: one comes every interval and
// stays for stay seconds.
type queue struct{ interval, stay func(t float64) float64 }

func (q queue) at(now float64) []uint64 {
	var present []uint64
	id := uint64(100)
	for t := -20.0; t <= now; t += q.interval(t) {
		id++
		if now < t+q.stay(t) {
			present = append(present, id)
		}
	}
	return present
}

// judge looks at a queue at one place every 5 s for 45.
func (q queue) judge(t *testing.T, place *verdict.Place) verdict.Verdict {
	t.Helper()
	var h verdict.History
	s := newSimulation(1, 1e4, churns("tick", 100, 1e4))
	for at := 0.0; at <= 45; at += 5 {
		l := s.look(at)
		l.Goroutines = []verdict.Goroutine{{ID: 1, State: "running", Place: place}}
		for _, id := range q.at(at) {
			l.Goroutines = append(l.Goroutines, verdict.Goroutine{ID: id, State: "select", Place: place})
		}
		if err := h.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	return h.Judge()
}

// A client that keeps a connection open asks for nothing: its goroutine waits for
// a request, and no work waits.
func TestIdleConnectionsAreNoBacklog(t *testing.T) {
	serve := []string{"internal/poll.runtime_pollWait", "bufio.(*Reader).Peek", "net/http.(*conn).serve"}
	handle := []string{"internal/poll.runtime_pollWait", "net/http.fileHandler.ServeHTTP", "net/http.serverHandler.ServeHTTP", "net/http.(*conn).serve"}
	for _, tt := range []struct {
		name  string
		stack []string
		want  verdict.Word
	}{{"idle", serve, verdict.Healthy}, {"serving", handle, verdict.Backlog}} {
		t.Run(tt.name, func(t *testing.T) {
			later := queue{func(float64) float64 { return 0.1 }, func(t float64) float64 { return max(0.1, t*0.8) }}
			v := later.judge(t, &verdict.Place{Frame: diff.Frame{Function: "net/http.(*conn).serve", Line: 2137}, Stack: tt.stack})
			if v.Word != tt.want {
				t.Errorf("judged %s: %s, want %s", v.Word, v.Summary, tt.want)
			}
		})
	}
}

func TestGoroutineVerdicts(t *testing.T) {
	constant := func(v float64) func(float64) float64 { return func(float64) float64 { return v } }
	after := func(from, before, then float64) func(float64) float64 {
		return func(t float64) float64 {
			if t < from {
				return before
			}
			return then
		}
	}
	forever := math.Inf(1)
	tests := []struct {
		name  string
		queue queue
		want  verdict.Word
	}{
		{"none ever leaves", queue{constant(0.5), constant(forever)}, verdict.GoroutineLeak},
		{"one in five never leaves", queue{constant(0.1), func(t float64) float64 {
			if int(math.Round(t*10))%5 == 0 {
				return forever
			}
			return 0.05
		}}, verdict.GoroutineLeak},
		{"served ever later", queue{constant(0.1), func(t float64) float64 { return max(0.1, t*0.8) }}, verdict.Backlog},
		{"a slow database", queue{constant(0.02), after(10, 0.02, 8)}, verdict.Backlog},
		{"busy and quick", queue{constant(0.02), constant(0.1)}, verdict.Healthy},
		{"more and more, but quick", queue{func(t float64) float64 { return 1 / (10 + max(t, 0)*4) }, constant(0.2)}, verdict.Healthy},
		{"workers hired at first", queue{after(20, 0.5, 1e9), constant(forever)}, verdict.Healthy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := tt.queue.judge(t, &verdict.Place{Frame: diff.Frame{Function: "main.wait", File: "/src/app/main.go", Line: 7}, Stack: []string{"main.wait"}})
			if v.Word != tt.want || v.Word.Fault() && (v.Suspects[0].Function != "main.wait" || v.Suspects[0].Kind != "goroutine") {
				t.Errorf("judged %+v, want %s at main.wait", v, tt.want)
			}
		})
	}
}
