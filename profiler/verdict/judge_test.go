package verdict_test

import (
	"math"
	"slices"
	"testing"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

// Each kind of process is judged many times over, because a sampled profile
// looks different every time.
func TestHeapVerdicts(t *testing.T) {
	grown := func(size float64, bytes func(t float64) float64) func(float64) float64 {
		return func(t float64) float64 { return math.Floor(bytes(t) / size) }
	}
	clamp := func(from, to, bytes float64) func(float64) float64 {
		return func(t float64) float64 { return bytes * min(max((t-from)/(to-from), 0), 1) }
	}
	garbage := churns("parse", 900, 40e6)
	table := source{name: "load", size: 2048, made: standing(7e4), alive: standing(7e4)}
	wave := func(t float64) float64 { return 6e6 * (1 + math.Sin(t/3)) }
	tests := []struct {
		name    string
		noise   float64
		sources []source
		want    []verdict.Word
		suspect string
		spared  int // wrong verdicts in 100 that chance excuses
	}{
		{"a leak", 2e5, []source{leaks("remember", 400, 1e6), garbage}, []verdict.Word{verdict.Leak}, "main.remember", 0},
		{"a slow leak under garbage", 3e5, []source{leaks("remember", 400, 1e5), churns("parse", 900, 60e6)}, []verdict.Word{verdict.Leak}, "main.remember", 12},
		{"a slow leak beside a table", 1e5, []source{leaks("remember", 4096, 2e5), table, garbage}, []verdict.Word{verdict.Leak}, "main.remember", 3},
		{"a leak of large objects", 1e5, []source{leaks("buffer", 4<<20, 1e6), garbage}, []verdict.Word{verdict.Leak}, "main.buffer", 1},
		{"a leak that starts late", 2e5, []source{{name: "remember", size: 400, made: grown(400, clamp(15, 45, 2e7)), alive: grown(400, clamp(15, 45, 2e7))}, garbage},
			[]verdict.Word{verdict.Leak}, "main.remember", 1},
		{"a leak under waves", 2e5, []source{leaks("remember", 400, 8e5),
			{name: "serve", size: 3000, made: even(3000, 20e6), alive: grown(3000, wave)}}, []verdict.Word{verdict.Leak}, "main.remember", 2},
		{"garbage alone", 3e5, []source{garbage}, []verdict.Word{verdict.Churn}, "main.parse", 2},
		{"a cache that fills", 2e5, []source{{name: "put", size: 400, made: grown(400, clamp(-5, 25, 3e7)), alive: grown(400, clamp(-5, 25, 3e7))}, garbage},
			[]verdict.Word{verdict.Warming}, "main.put", 1},
		{"a table loaded once", 2e5, []source{{name: "load", size: 400, made: grown(400, clamp(11, 12, 5e7)), alive: grown(400, clamp(11, 12, 5e7))}, garbage},
			[]verdict.Word{verdict.Step}, "main.load", 1},
		{"traffic in waves", 2e5, []source{{name: "serve", size: 3000, made: even(3000, 20e6), alive: grown(3000, wave)}},
			[]verdict.Word{verdict.Churn, verdict.Healthy}, "", 0},
		{"traffic that rises", 2e5, []source{{name: "serve", size: 3000,
			made:  func(t float64) float64 { return (1e6*t + 5e5*t*t) / 3000 },
			alive: func(t float64) float64 { return (1e6 + 1e6*t) / 3000 }}},
			[]verdict.Word{verdict.Churn, verdict.Healthy, verdict.Growing}, "", 0},
		{"a Set that is at work or not", 0, []source{{name: "build", size: 700e3, made: even(700e3, 65e6),
			alive: func(t float64) float64 { return math.Floor(math.Mod(t*0.618, 2)) }}}, []verdict.Word{verdict.Churn}, "main.build", 0},
		{"nothing at all", 1e4, []source{churns("tick", 100, 1e4)}, []verdict.Word{verdict.Healthy}, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wrong := 0
			var last verdict.Verdict
			for seed := range uint64(100) {
				v := newSimulation(seed, tt.noise, tt.sources...).watch(t, 45, 5)
				suspected := tt.suspect == "" || len(v.Suspects) > 0 && v.Suspects[0].Function == tt.suspect
				if !slices.Contains(tt.want, v.Word) || !suspected {
					wrong++
					last = v
				}
				if v.Word.Fault() && !slices.Contains(tt.want, v.Word) {
					t.Fatalf("seed %d: a false alarm: %+v", seed, v)
				}
			}
			if wrong > tt.spared {
				t.Errorf("%d of 100 are not %v at %q; the last: %+v", wrong, tt.want, tt.suspect, last)
			}
		})
	}
}

// Two profiles with readings in between have to be enough when the load is even,
// however little of what a line allocates it keeps.
func TestALineThatKeepsOneInTen(t *testing.T) {
	wrong := 0
	for seed := range uint64(100) {
		s := newSimulation(seed, 2e5, source{name: "build", size: 4096, made: even(4096, 6e7), alive: even(4096, 6e6)}, churns("parse", 900, 6e7))
		var h verdict.History
		for at := 0.0; at <= 16; at += 2 {
			l := s.look(at)
			if at > 0 && at < 16 {
				l.Heap = nil
			}
			if err := h.Add(l); err != nil {
				t.Fatal(err)
			}
		}
		if v := h.Judge(); v.Word != verdict.Leak || v.Suspects[0].Function != "main.build" {
			wrong++
		}
	}
	if wrong > 1 {
		t.Errorf("%d of 100 are not a leak at main.build", wrong)
	}
}

// A stated 95 % interval holds the truth about 95 times in 100.
func TestIntervalsCoverTheTruth(t *testing.T) {
	const runs, truth = 200, 5e5
	floor, site := 0, 0
	for seed := range uint64(runs) {
		v := newSimulation(1000+seed, 3e5, leaks("remember", 400, truth), churns("parse", 900, 30e6)).watch(t, 60, 5)
		if v.Growth != nil && covers(*v.Growth, truth) {
			floor++
		}
		if len(v.Suspects) > 0 && v.Suspects[0].BytesPerS != nil && covers(*v.Suspects[0].BytesPerS, truth) {
			site++
		}
	}
	for what, covered := range map[string]int{"the floor's growth": floor, "the site's growth": site} {
		if covered < runs*90/100 || covered > runs*99/100 {
			t.Errorf("the interval of %s covers the truth in %d of %d runs, want 90 to 99 %%", what, covered, runs)
		}
	}
}

func covers(iv diff.Interval, truth float64) bool { return iv.Low <= truth && truth <= iv.High }
