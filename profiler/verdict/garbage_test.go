package verdict_test

import (
	"math"
	"testing"

	"github.com/leakline/leakline/profiler/verdict"
)

// A busy service is seen with garbage: what it allocates between a forced
// collection and the reading is alive still, now and then for many looks on end.
// That only ever adds to the floor, so neither may it hide a leak, nor may its
// absence at the end pass for rest, nor its presence for growth.
func TestGarbageInUseHidesNoLeakAndMakesNone(t *testing.T) {
	fills := func(name string, bytes func(t float64) float64) source {
		const size = 400
		count := func(t float64) float64 { return math.Floor(bytes(t) / size) }
		return source{name: name, size: size, made: count, alive: count}
	}
	within := func(t, from, to float64) float64 { return min(max((t-from)/(to-from), 0), 1) }
	tests := []struct {
		name   string
		source source
		want   verdict.Word
		spared int // others in 400
	}{
		{"a leak of eight sampled objects", leaks("drip", 512, 4.5e5), verdict.Leak, 50},
		{"a leak", leaks("drip", 512, 1e6), verdict.Leak, 4},
		{"a cache that is full soon", fills("put", func(t float64) float64 { return 3e7 * within(t, -1, 6) }), verdict.Warming, 4},
		{"a cache that fills less and less", fills("put", func(t float64) float64 { return 4e7 * (1 - math.Exp(-t/3)) }), verdict.Warming, 40},
		{"a table", fills("load", func(t float64) float64 { return 2e7 * within(t, 3, 3.5) }), verdict.Step, 8},
		{"garbage alone", churns("build", 400, 1e6), verdict.Churn, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wrong := make(map[verdict.Word]int)
			for seed := range uint64(400) {
				if w := busy(t, seed, tt.source, churns("parse", 33e3, 160e6)).Word; w != tt.want {
					wrong[w]++
				}
			}
			others := 0
			for _, n := range wrong {
				others += n
			}
			if others > tt.spared {
				t.Errorf("of 400 not %s: %v", tt.want, wrong)
			}
		})
	}
}

// Connections that are opened together are a step that the garbage half hides,
// and no leak, whether a profile comes with each look or, as in the lab, with
// one in five or ten.
func TestConnectionsAreNoLeak(t *testing.T) {
	dial := func(many float64) source {
		opened := func(t float64) float64 { return math.Floor(many * min(max(t-4, 0), 1)) }
		return source{name: "dial", size: 33e3, made: opened, alive: opened}
	}
	for _, every := range []int{1, 5, 10} {
		for _, many := range []float64{60, 150} {
			words := make(map[verdict.Word]int)
			for seed := range uint64(400) {
				words[busyUntil(t, 20, every, seed, dial(many), churns("parse", 33e3, 160e6)).Word]++
			}
			if n := words[verdict.Leak]; n > 16 { // up to 90 when rest since was not asked for
				t.Errorf("%v connections, a profile with one look in %d: %d of 400 are called a leak: %v", many, every, n, words)
			}
		}
	}
}

// busy looks at a process every second for ten.
func busy(t *testing.T, seed uint64, sources ...source) verdict.Verdict {
	t.Helper()
	return busyUntil(t, 10, 1, seed, sources...)
}

// busyUntil takes a profile with one look in so many.
func busyUntil(t *testing.T, end float64, every int, seed uint64, sources ...source) verdict.Verdict {
	t.Helper()
	s := newSimulation(seed, 2e4, sources...)
	var h verdict.History
	for at, inUse := 0.0, false; at <= end; at++ {
		l := s.look(at)
		if int(at)%every != 0 {
			l.Heap = nil
		}
		chance := 0.25
		if inUse {
			chance = 0.55 // what slows one look slows the next
		}
		if inUse = s.rng.Float64() < chance; inUse {
			l.Floor += 0.5e6 + 2e6*s.rng.Float64()
		}
		if err := h.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	return h.Judge()
}
