package diff

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

const (
	rate64   = 64 << 10
	setLine  = "reflect.mapassign reflect/map.go:1 < encoding/json.Unmarshal json/decode.go:5 < shop/checker.newRiskySet /app/checker/audit.go:48 < net/http.(*conn).serve http/server.go:9"
	listLine = "encoding/json.(*decodeState).array json/decode.go:7 < shop/checker.parseList /app/checker/source.go:77 < net/http.(*conn).serve http/server.go:9"
	oldLine  = "shop/checker.(*cache).close /app/checker/cache.go:64 < main.main /app/main.go:3"
)

// lesson is a leak at newRiskySet beside churn at parseList and something that
// shrank, 190 seconds apart.
func lesson(t testing.TB) (base, head *profile.Profile) {
	base = heapOf(t, rate64, noon,
		allocation{setLine, 512, 100, 10}, allocation{listLine, 1024, 2000, 20}, allocation{oldLine, 4096, 300, 200})
	head = heapOf(t, rate64, noon.Add(190*time.Second),
		allocation{setLine, 512, 1800, 1700}, allocation{listLine, 1024, 18_000, 22}, allocation{oldLine, 4096, 300, 50})
	return base, head
}

func TestCompareNamesTheUsersLine(t *testing.T) {
	base, head := lesson(t)
	requests := 575.0
	r := compare(t, base, head, Options{Requests: &requests})

	if len(r.Sites) != 3 || !r.SameProcess || *r.Seconds != 190 {
		t.Fatalf("sites %s, same process %t, seconds %v; want 3 sites, true, 190", names(r), r.SameProcess, *r.Seconds)
	}
	s := r.Sites[0]
	if s.Function != "shop/checker.newRiskySet" || s.Line != 48 || s.Leaf != "reflect.mapassign" {
		t.Errorf("first is %s:%d via %s, want newRiskySet:48 via reflect.mapassign", s.Function, s.Line, s.Leaf)
	}
	// 1690 sampled objects at one per 64 KiB.
	if got := s.Bytes.Estimate; math.Abs(got-1690*rate64) > 0.01*got {
		t.Errorf("it grew by %.0f bytes, want about %d", got, 1690*rate64)
	}
	if s.Noise || s.Kept == nil || *s.Kept < 0.98 || *s.Share < 0.97 || *s.Share > 1 {
		t.Errorf("noise %t, kept %v, share %v; want false, about 1, about 1", s.Noise, *s.Kept, *s.Share)
	}
	if got, want := *s.BytesPerRequest, s.Bytes.Estimate/575; got != want {
		t.Errorf("%.1f bytes per request, want %.1f", got, want)
	}
	if got, want := s.BytesPerS.Low, s.Bytes.Low/190; got != want {
		t.Errorf("at least %.1f bytes per second, want %.1f", got, want)
	}
	if got := strings.Join(s.Stack, " "); got != "reflect.mapassign encoding/json.Unmarshal shop/checker.newRiskySet net/http.(*conn).serve" {
		t.Errorf("stack is %q, want leaf first", got)
	}
	if shrank := r.Sites[1]; shrank.Line != 64 || shrank.Bytes.High >= 0 || shrank.Share != nil {
		t.Errorf("second is line %d with %v and share %v, want a certain loss at 64 without a share", shrank.Line, shrank.Bytes, shrank.Share)
	}
	if churned := r.Sites[2]; !churned.Noise || churned.Line != 77 || *churned.Kept > 0.01 {
		t.Errorf("last is line %d, noise %t, kept %v; want the churn at 77", churned.Line, churned.Noise, *churned.Kept)
	}
}

func TestCompareRanksByTheSampleAskedFor(t *testing.T) {
	base, head := lesson(t)
	for sample, want := range map[string]int{InuseSpace: 48, InuseObjects: 48, AllocSpace: 77, AllocObjects: 77} {
		if got := compare(t, base, head, Options{Sample: sample}).Sites[0].Line; got != want {
			t.Errorf("by %s the first site is line %d, want %d", sample, got, want)
		}
	}
}

func TestCompareOfEqualProfiles(t *testing.T) {
	base, _ := lesson(t)
	r := compare(t, base, base, Options{})
	if len(r.Sites) != 0 || r.Folded != 3 || len(r.Quiet) != 3 || r.Total.Estimate != 0 {
		t.Errorf("sites %s, folded %d, quiet %d, total %v; want nothing but 3 folded", names(r), r.Folded, len(r.Quiet), r.Total)
	}
}

func TestInlinedCallsAreFrames(t *testing.T) {
	const inlined = "slices.Grow[...] slices/slices.go:3 + main.(*log).add /app/log.go:12 + main.serve /app/main.go:30"
	r := compare(t, heapOf(t, rate64, noon), heapOf(t, rate64, noon.Add(time.Second), allocation{inlined, 4096, 90, 90}), Options{})
	if s := r.Sites[0]; s.Function != "main.(*log).add" || s.Line != 12 || s.Leaf != "slices.Grow[...]" {
		t.Errorf("site is %s:%d via %s, want main.(*log).add:12 via slices.Grow[...]", s.Function, s.Line, s.Leaf)
	}
}

func TestUserCodeCanBeNamed(t *testing.T) {
	base, head := lesson(t)
	r := compare(t, base, head, Options{UserCode: regexp.MustCompile(`^encoding/json\.`)})
	if got := r.Sites[0].Function; got != "encoding/json.Unmarshal" {
		t.Errorf("first site is %s, want the one the pattern names", got)
	}
}

func TestRefusesWhatCannotBeCompared(t *testing.T) {
	base, head := lesson(t)
	change := func(f func(*profile.Profile)) *profile.Profile {
		p := head.Copy()
		f(p)
		return p
	}
	tests := []struct {
		name string
		head *profile.Profile
		o    Options
		want any
	}{
		{"another sampling rate", change(func(p *profile.Profile) { p.Period = 512 << 10 }), Options{}, new(*MismatchError)},
		{"another unit", change(func(p *profile.Profile) { p.SampleType[0].Unit = "kilobytes" }), Options{}, new(*MismatchError)},
		{"goroutines against the heap", goroutinesOf(t, noon, map[string]int64{"main.f a.go:1": 1}), Options{}, new(*MismatchError)},
		{"a CPU profile", change(func(p *profile.Profile) { p.SampleType[3].Type = "cpu" }), Options{}, new(*KindError)},
		{"a sample that is not there", head, Options{Sample: "cpu"}, new(*SampleError)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Compare(base, tt.head, tt.o); !errors.As(err, tt.want) {
				t.Errorf("error is %v, want a %T", err, tt.want)
			}
		})
	}
	delta := change(func(p *profile.Profile) { p.Sample[0].Value[colInuseSpace] = -1 })
	if _, err := Compare(base, delta, Options{}); !errors.Is(err, ErrDelta) {
		t.Errorf("comparing a difference: error is %v, want ErrDelta", err)
	}
}

func TestProcessIsInferred(t *testing.T) {
	base, head := lesson(t)
	otherBuild := head.Copy()
	otherBuild.Mapping[0].BuildID = "def"
	one, two := true, false
	tests := []struct {
		name       string
		base, head *profile.Profile
		told       *bool
		want       bool
		warning    string
	}{
		{"counts only rise", base, head, nil, true, ""},
		{"counts rise, but they are two", base, head, &two, false, "different processes"},
		{"another build", base, otherBuild, nil, false, "different processes"},
		{"the caller knows better than the build", base, otherBuild, &one, true, ""},
		{"counts fall", heapOf(t, rate64, noon, allocation{oldLine, 4096, 900, 9}), head, nil, false, "different processes"},
		{"counts fall, though they should be one", heapOf(t, rate64, noon, allocation{oldLine, 4096, 900, 9}), head, &one, false, "said to be one"},
		{"a site is gone", heapOf(t, rate64, noon, allocation{"main.f a.go:1", 4096, 900, 9}), head, nil, false, "different processes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := compare(t, tt.base, tt.head, Options{SameProcess: tt.told})
			if r.SameProcess != tt.want {
				t.Errorf("same process is %t, want %t", r.SameProcess, tt.want)
			}
			if got := strings.Join(r.Warnings, " "); !strings.Contains(got, tt.warning) || tt.warning == "" && got != "" {
				t.Errorf("warnings are %q, want %q", got, tt.warning)
			}
		})
	}
}

func TestAcrossProcessesAllocationsAreSubtracted(t *testing.T) {
	two, seconds, requests := false, 60.0, 100.0
	base := heapOf(t, rate64, noon, allocation{setLine, 512, 2000, 10})
	head := heapOf(t, rate64, noon, allocation{setLine, 512, 500, 10})
	r := compare(t, base, head, Options{Sample: AllocSpace, SameProcess: &two, Seconds: seconds, Requests: &requests})
	s := r.Sites[0]
	if s.AllocBytes.High >= 0 {
		t.Errorf("head allocated less, yet the change is %v", s.AllocBytes)
	}
	if got, want := s.AllocBytesPerRequest.Estimate*requests, 500.0*rate64; math.Abs(got-want) > 0.01*want {
		t.Errorf("per request head's own allocations count: %.0f in all, want about %.0f", got, want)
	}
}

func TestHeadBeforeBase(t *testing.T) {
	base, head := lesson(t)
	forward, backward := compare(t, base, head, Options{}), compare(t, head, base, Options{})
	if !backward.SameProcess || !strings.Contains(strings.Join(backward.Warnings, " "), "swap") {
		t.Errorf("same process %t, warnings %q; want true and an offer to swap", backward.SameProcess, backward.Warnings)
	}
	if got, want := backward.Total, forward.Total.negate(); got != want {
		t.Errorf("backwards the change is %v, want %v", got, want)
	}
	if *backward.Seconds != 190 {
		t.Errorf("the window is %v s, want 190", *backward.Seconds)
	}
}

func TestWarnings(t *testing.T) {
	base, head := lesson(t)
	none := int64(0)
	untimed, unlabelled := head.Copy(), head.Copy()
	untimed.TimeNanos = 0
	for _, s := range unlabelled.Sample {
		s.NumLabel = nil
	}
	tests := []struct {
		name string
		head *profile.Profile
		o    Options
		want string
	}{
		{"no time", untimed, Options{}, "per second"},
		{"no GC in between", head, Options{GCCycles: &none}, "No GC"},
		{"no sizes", unlabelled, Options{}, "approximate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := compare(t, base, tt.head, tt.o)
			if got := strings.Join(r.Warnings, " "); !strings.Contains(got, tt.want) {
				t.Errorf("warnings are %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestSizesCanBeGuessed(t *testing.T) {
	base, head := lesson(t)
	exact := compare(t, base, head, Options{}).Total.Estimate
	for _, p := range []*profile.Profile{base, head} {
		for _, s := range p.Sample {
			s.NumLabel = nil
		}
	}
	if got := compare(t, base, head, Options{}).Total.Estimate; math.Abs(got-exact) > 0.01*exact {
		t.Errorf("without size labels the total is %.0f, with them %.0f", got, exact)
	}
}

func TestGoroutinesAreCounted(t *testing.T) {
	const lookup = "runtime.gopark runtime/proc.go:1 < runtime.chansend1 runtime/chan.go:2 < main.lookup /app/lookup.go:44 < runtime.goexit runtime/asm.s:1"
	const idle = "runtime.gopark runtime/proc.go:1 < net/http.(*persistConn).writeLoop http/transport.go:5 < runtime.goexit runtime/asm.s:1"
	base := goroutinesOf(t, noon, map[string]int64{lookup: 4, idle: 2})
	head := goroutinesOf(t, noon.Add(10*time.Second), map[string]int64{lookup: 204, idle: 2})
	r := compare(t, base, head, Options{})
	s := siteAt(t, r, "main.lookup")
	if r.Kind != KindGoroutine || s.Kind != KindGoroutine || *s.Objects != exact(200) || *s.ObjectsPerS != 20 {
		t.Errorf("kinds %s and %s, change %v, %v per second; want exactly 200 goroutines, 20 a second", r.Kind, s.Kind, s.Objects, *s.ObjectsPerS)
	}
	if s.Bytes != nil || s.Kept != nil {
		t.Errorf("bytes %v, kept %v: a goroutine profile knows neither", s.Bytes, s.Kept)
	}
	siteAt(t, r, "net/http.(*persistConn).writeLoop") // named by what it was started with
}

func TestReportInJSON(t *testing.T) {
	base, head := lesson(t)
	out, err := json.Marshal(compare(t, base, head, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got["requests"] != nil || got["seconds"] != 190.0 || got["period"] != float64(rate64) {
		t.Errorf("requests %v, seconds %v, period %v; want null, 190, %d", got["requests"], got["seconds"], got["period"], rate64)
	}
	if warnings, ok := got["warnings"].([]any); !ok || len(warnings) != 0 {
		t.Errorf("warnings are %v, want an empty list", got["warnings"])
	}
	site := got["sites"].([]any)[0].(map[string]any)
	for _, unknown := range []string{"bytes_per_request", "alloc_bytes_per_request"} {
		if v, ok := site[unknown]; !ok || v != nil {
			t.Errorf("%s is %v, want null", unknown, v)
		}
	}
	if low := site["bytes"].(map[string]any)["low"].(float64); low <= 0 {
		t.Errorf("bytes.low is %v, want it above 0", low)
	}

	nothing, err := json.Marshal(compare(t, base, base, Options{}))
	if err != nil || !strings.Contains(string(nothing), `"sites":[]`) {
		t.Errorf("without sites: %s, %v; want an empty list", nothing, err)
	}
}
