package agent_test

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
)

// A line is a reading on the wire.
type line struct {
	T int64
	V []*float64
}

// A stream is an open readings stream.
type stream struct {
	*bufio.Scanner
	leave func() // as a viewer does who closes the window
}

// next reads one line.
func (s *stream) next(t *testing.T) (l line) {
	t.Helper()
	if !s.Scan() {
		t.Fatalf("the stream ended: %v", s.Err())
	}
	if err := json.Unmarshal(s.Bytes(), &l); err != nil {
		t.Fatalf("%v in %q", err, s.Text())
	}
	return l
}

// open starts a stream and reads its first line.
func open(t *testing.T, url, query string) (*stream, agent.Hello) {
	t.Helper()
	s, resp := tryOpen(t, url, query)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("%s, %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	var hello agent.Hello
	if !s.Scan() {
		t.Fatalf("no first line: %v", s.Err())
	}
	if err := json.Unmarshal(s.Bytes(), &hello); err != nil {
		t.Fatalf("%v in %q", err, s.Text())
	}
	return s, hello
}

func tryOpen(t *testing.T, url, query string) (*stream, *http.Response) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/debug/leakline/readings"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return &stream{bufio.NewScanner(resp.Body), func() { cancel(); resp.Body.Close() }}, resp
}

func TestAStreamSaysWhoItIsThenHowItIs(t *testing.T) {
	s, hello := open(t, serve(t, agent.Config{}), "?every=20ms")
	if hello.EveryMS != 20 || len(hello.Metrics) != int(profiler.NumMetrics) {
		t.Fatalf("%d metrics every %d ms, want %d every 20", len(hello.Metrics), hello.EveryMS, profiler.NumMetrics)
	}
	column := func(l line, m profiler.Metric) *float64 { return l.V[slices.Index(hello.Metrics, m.String())] }
	var before line
	for i := range 3 {
		l := s.next(t)
		if len(l.V) != len(hello.Metrics) {
			t.Fatalf("line %d has %d values, want %d", i, len(l.V), len(hello.Metrics))
		}
		if off := time.Since(time.UnixMilli(l.T)); off < -time.Second || off > time.Minute {
			t.Errorf("line %d is %v old", i, off)
		}
		if v := column(l, profiler.HeapInUse); v == nil || *v <= 0 {
			t.Errorf("line %d has no heap in use", i)
		}
		if v := column(l, profiler.Requests); v != nil {
			t.Errorf("line %d counts %v requests, want null of a service that does not count", i, *v)
		}
		if i > 0 && *column(l, profiler.AllocBytes) < *column(before, profiler.AllocBytes) {
			t.Errorf("line %d takes allocated bytes back", i)
		}
		before = l
	}
}

func TestEveryIsTheInterval(t *testing.T) {
	tests := []struct {
		name  string
		query string
		lines int // in one second
	}{
		{"ten a second by default", "", 11},
		{"as often as asked", "?every=20ms", 51},
		{"as seldom as asked", "?every=1m", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Millisecond)
				defer cancel()
				w := httptest.NewRecorder()
				r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/debug/leakline/readings"+tt.query, nil)
				agent.Handler(agent.Config{}).ServeHTTP(w, r)
				if got := strings.Count(w.Body.String(), "\n") - 1; got != tt.lines {
					t.Errorf("%d readings in a second, want %d", got, tt.lines)
				}
			})
		})
	}
}

func TestAStreamEndsWithItsReader(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { // after every other
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, before)
	})
	url := serve(t, agent.Config{MaxStreams: 1})
	s, _ := open(t, url, "?every=20ms")
	s.next(t)
	if _, resp := tryOpen(t, url, ""); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a second stream is answered %s, want 503", resp.Status)
	}
	s.leave()
	deadline := time.Now().Add(5 * time.Second)
	for {
		_, resp := tryOpen(t, url, "")
		if resp.StatusCode == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("5 s after the reader left its place is not free: %s", resp.Status)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestFourStreamsByDefault(t *testing.T) {
	url := serve(t, agent.Config{})
	for range 4 {
		open(t, url, "")
	}
	if _, resp := tryOpen(t, url, ""); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the fifth stream is answered %s, want 503", resp.Status)
	}
}

func TestLimitsAreNullWhenOff(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) })
	fourGiB := int64(4 << 30)
	tests := []struct {
		name    string
		percent int
		limit   int64
		want    *int64
	}{
		{"a process with GOMEMLIMIT alone", -1, fourGiB, &fourGiB},
		{"a process with GOGC alone", 50, math.MaxInt64, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			debug.SetGCPercent(tt.percent)
			debug.SetMemoryLimit(tt.limit)
			s, hello := open(t, serve(t, agent.Config{}), "")
			if p := hello.Process; p.GOGC != tt.percent || !equal(p.GoMemLimit, tt.want) {
				t.Errorf("GOGC %d and GOMEMLIMIT %v, want %d and %v", p.GOGC, p.GoMemLimit, tt.percent, tt.want)
			}
			onWire := s.next(t).V[slices.Index(hello.Metrics, profiler.GoMemLimit.String())]
			if (onWire == nil) != (tt.want == nil) || onWire != nil && *onWire != float64(*tt.want) {
				t.Errorf("gomemlimit %v on the wire, want %v", onWire, tt.want)
			}
		})
	}
}

// equal compares two numbers that may be absent.
func equal(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
