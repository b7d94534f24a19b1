package diff

import (
	"bytes"
	"encoding/json"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler/diff/internal/workload"
)

// A small rate makes a second of allocation as telling as an hour.
func TestMain(m *testing.M) {
	runtime.MemProfileRate = 4096
	os.Exit(m.Run())
}

// capture takes a profile of this very process.
func capture(t *testing.T, name string) *profile.Profile {
	t.Helper()
	runtime.GC()
	var b bytes.Buffer
	if err := pprof.Lookup(name).WriteTo(&b, 0); err != nil {
		t.Fatalf("capturing %s: %v", name, err)
	}
	p, err := Decode(&b, Limits{})
	if err != nil {
		t.Fatalf("decoding %s: %v", name, err)
	}
	return p
}

func TestLeakInThisProcess(t *testing.T) {
	const n, size = 4000, 2000 // rounded up to a size class of 2048
	var log workload.Log
	base := capture(t, "heap")
	log.Leak(n, size)
	r := compare(t, base, capture(t, "heap"), Options{})
	runtime.KeepAlive(&log)

	s := r.Sites[0]
	if !strings.HasSuffix(s.Function, "workload.(*Log).Leak") {
		t.Fatalf("first site is %s, want Leak; all: %s", s.Function, names(r))
	}
	// The interval misses the truth once in twenty runs, as it should: how often
	// is TestIntervalsHoldTheTruth's business. Three times as wide it never does.
	truth, width := float64(n*2048), s.Bytes.High-s.Bytes.Low
	if s.Bytes.Low-width > truth || s.Bytes.High+width < truth {
		t.Errorf("leaked %.0f bytes, the interval is %v", truth, s.Bytes)
	}
	if *s.Kept < 0.95 || !r.SameProcess {
		t.Errorf("kept %v, same process %t; want about all, true", *s.Kept, r.SameProcess)
	}
}

// pprof would rank a frame of encoding/json or reflect first.
func TestChurnInThisProcessIsTheUsers(t *testing.T) {
	users := make([]string, 2000)
	for i := range users {
		users[i] = "user-" + strconv.Itoa(i)
	}
	document, err := json.Marshal(users)
	if err != nil {
		t.Fatal(err)
	}
	base := capture(t, "heap")
	workload.Churn(200, document)
	head := capture(t, "heap")

	requests := 200.0
	r := compare(t, base, head, Options{Sample: AllocSpace, Requests: &requests})
	s := r.Sites[0]
	if !strings.HasSuffix(s.Function, "workload.Churn") {
		t.Fatalf("first site is %s, want Churn; all: %s", s.Function, names(r))
	}
	if !strings.HasPrefix(s.Leaf, "reflect.") && !strings.HasPrefix(s.Leaf, "encoding/json.") {
		t.Errorf("leaf is %s, want one of reflect or encoding/json", s.Leaf)
	}
	if *s.Kept > 0.02 {
		t.Errorf("kept %v of what was garbage", *s.Kept)
	}
	if got := topFlat(base, head, AllocSpace); strings.Contains(got, "workload") {
		t.Errorf("by leaf, as pprof ranks, the first is %s: the test shows nothing", got)
	}
	if !strings.Contains(r.Summary, "workload.Churn allocated") || !strings.Contains(r.Summary, "kept none of it") {
		t.Errorf("summary is %q", r.Summary)
	}

	alive := compare(t, base, head, Options{})
	if c := siteAt(t, alive, s.Function); !c.Noise {
		t.Errorf("churn counts as growth: %v", c.Bytes)
	}
}

// topFlat returns the leaf with most change, which is pprof -top's first row.
func topFlat(base, head *profile.Profile, sample string) string {
	flat := make(map[string]int64)
	at := 1 // alloc_space, by the order in which runtime/pprof writes
	for sign, p := range map[int64]*profile.Profile{-1: base, 1: head} {
		for _, s := range p.Sample {
			flat[s.Location[0].Line[0].Function.Name] += sign * s.Value[at]
		}
	}
	var top string
	for function, v := range flat {
		if v > flat[top] {
			top = function
		}
	}
	return top
}

func TestGoroutinesOfThisProcess(t *testing.T) {
	base := capture(t, "goroutine")
	release := make(chan struct{})
	defer close(release)
	workload.Park(50, release)
	r := compare(t, base, capture(t, "goroutine"), Options{})
	s := r.Sites[0]
	if !strings.HasSuffix(s.Function, "workload.wait") || *s.Objects != exact(50) {
		t.Errorf("first site is %s with %v, want workload.wait with exactly 50", s.Function, s.Objects)
	}
	if !strings.HasPrefix(r.Summary, "50 more goroutines stand at workload.go:") {
		t.Errorf("summary is %q", r.Summary)
	}
}
