package verdict_test

import (
	"math"
	"testing"

	"github.com/leakline/leakline/profiler/verdict"
)

// What requests hold while they wait grows as a leak does; that they are in
// flight is what tells them apart.
func TestRequestsThatPileUpAreABacklog(t *testing.T) {
	held := source{
		name: "main.hold", size: 50_000,
		made: func(t float64) float64 { return 100 * t }, alive: func(t float64) float64 { return 100 * t },
	}
	for _, tt := range []struct {
		name     string
		inFlight func(t float64) float64
		want     verdict.Word
	}{
		{"more and more", func(t float64) float64 { return 3 + 100*t }, verdict.Backlog},
		{"as many as ever", func(t float64) float64 { return 3 + math.Mod(t, 4) }, verdict.Leak},
		{"a rush at the last moment", func(t float64) float64 { return 100 * math.Floor(t/40) }, verdict.Leak},
		{"a few more", func(t float64) float64 { return 100 + t }, verdict.Leak},
		{"nobody knows", func(float64) float64 { return math.NaN() }, verdict.Leak},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, h := newSimulation(1, 1e4, held), &verdict.History{}
			for at := 0.0; at <= 40; at += 4 {
				l := s.look(at)
				l.InFlight = tt.inFlight(at)
				if err := h.Add(l); err != nil {
					t.Fatal(err)
				}
			}
			if v := h.Judge(); v.Word != tt.want {
				t.Errorf("%s: %s, want %s", v.Word, v.Summary, tt.want)
			}
		})
	}
}

// When a busy moment has requests wait, connections and buffers come with them:
// a few objects that stay for a while are no leak.
func TestABusyMomentIsNoLeak(t *testing.T) {
	few := func(t float64) float64 { return t / 2 }
	once := func(t float64) bool { return t > 8 && t < 20 }
	often := func(t float64) bool { return math.Mod(t, 8) > 0 }
	for _, tt := range []struct {
		name        string
		made, alive func(t float64) float64 // objects of 400 kB
		busy        func(t float64) bool
		requests    float64 // answered in a second
		want        verdict.Word
	}{
		{"a few large objects came with it", func(t float64) float64 { return math.Min(t, 20) / 2 }, nil, once, math.NaN(), verdict.Growing},
		{"a few more come still", few, nil, once, 100, verdict.Growing},
		{"a leak goes on all the same", func(t float64) float64 { return 100 * t }, nil, once, math.NaN(), verdict.Leak},
		{"one in five is kept, and who holds it nobody knows", func(t float64) float64 { return 20 * t }, func(t float64) float64 { return 4 * t }, once, math.NaN(), verdict.Growing},
		{"one in five is kept, more than is in flight could hold", func(t float64) float64 { return 20 * t }, func(t float64) float64 { return 4 * t }, often, 100, verdict.Leak},
		{"it is kept when few are in flight too", func(t float64) float64 { return 20 * t }, func(t float64) float64 { return 4 * t }, once, 2, verdict.Leak},
		{"what is in flight could hold as much", func(t float64) float64 { return 20 * t }, func(t float64) float64 { return 4 * t }, often, 2, verdict.Growing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hold := source{name: "main.hold", size: 400_000, made: tt.made, alive: tt.made}
			if tt.alive != nil {
				hold.alive = tt.alive
			}
			s, h := newSimulation(1, 1e4, hold), &verdict.History{}
			for at := 0.0; at <= 24; at += 2 {
				l := s.look(at)
				l.InFlight, l.Requests = 2, tt.requests*at
				if tt.busy(at) {
					l.InFlight = 60
				}
				if err := h.Add(l); err != nil {
					t.Fatal(err)
				}
			}
			if v := h.Judge(); v.Word != tt.want {
				t.Errorf("%s: %s, want %s", v.Word, v.Summary, tt.want)
			}
		})
	}
}

// On a machine that gets busier a few more requests are in flight at each look,
// and a little more garbage is found alive: less than two requests allocate is
// no proof of anything, however steadily it comes.
func TestABusierMachineIsNoLeak(t *testing.T) {
	const each, perS = 1.7e6, 20.0 // bytes of a request; requests a second
	for _, every := range []int{1, 5} {
		words := make(map[verdict.Word]int)
		for seed := range uint64(200) {
			build := source{name: "build", size: 1e5, made: func(t float64) float64 { return perS * each * (t + 1) / 1e5 }}
			atWork := 0.0
			build.alive = func(float64) float64 { return atWork * each / 1e5 }
			s, h := newSimulation(seed, 1e5, build), &verdict.History{}
			for i := range 15 {
				at := 2 * float64(i)
				atWork = poisson(s.rng, 0.3+at/25) * s.rng.Float64()
				l := s.look(at)
				l.Requests, l.InFlight = perS*at, poisson(s.rng, 0.3+at/25)
				if i%every != 0 {
					l.Heap = nil
				}
				if err := h.Add(l); err != nil {
					t.Fatal(err)
				}
			}
			words[h.Judge().Word]++
		}
		if n := words[verdict.Churn]; n < 196 {
			t.Errorf("a profile with one look in %d: %d of 200 are churn: %v", every, n, words)
		}
	}
}

// A line that keeps one in ten of what it allocates is told from requests in
// flight once it has kept more than they could hold, and not before.
func TestALeakOutgrowsWhatIsInFlight(t *testing.T) {
	for _, tt := range []struct {
		name     string
		seconds  float64
		inFlight float64
		want     verdict.Word
		least    int // of 100: few samples tell in a short time
	}{
		{"two in flight could hold it", 10, 2, verdict.Growing, 97},
		{"two in flight could not", 30, 2, verdict.Leak, 90},
		{"forty could", 30, 40, verdict.Growing, 97},
		{"none is in flight", 10, 0, verdict.Leak, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			right := 0
			for seed := range uint64(100) {
				s := newSimulation(seed, 1e4, source{name: "build", size: 4096, made: even(4096, 1e7), alive: even(4096, 1e6)})
				var h verdict.History
				for at := 0.0; at <= tt.seconds; at++ {
					l := s.look(at)
					l.Requests, l.InFlight = 4*at, tt.inFlight
					if err := h.Add(l); err != nil {
						t.Fatal(err)
					}
				}
				if h.Judge().Word == tt.want {
					right++
				}
			}
			if right < tt.least {
				t.Errorf("%d of 100 are %s, want %d", right, tt.want, tt.least)
			}
		})
	}
}

// What requests in flight can hold is no step either; a table is, because it
// stands when few are in flight too.
func TestARushIsNoStep(t *testing.T) {
	for _, tt := range []struct {
		name     string
		held     float64 // bytes, from the middle on
		inFlight float64 // from the middle on
		want     verdict.Word
	}{
		{"a rush that lasts", 6e6, 8, verdict.Churn},
		{"a table that is loaded", 6e7, 1, verdict.Step},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(50) {
				alive := func(t float64) float64 { return tt.held / 4096 * math.Floor(t/16) }
				s := newSimulation(seed, 2e4, source{name: "hold", size: 4096, made: alive, alive: alive}, churns("build", 4096, 3e7))
				var h verdict.History
				for at := 0.0; at <= 31; at += 2 {
					l := s.look(at)
					if l.Requests, l.InFlight = 20*at, 1; at >= 16 {
						l.InFlight = tt.inFlight
					}
					if err := h.Add(l); err != nil {
						t.Fatal(err)
					}
				}
				if v := h.Judge(); v.Word != tt.want {
					t.Fatalf("seed %d: %s: %s, want %s", seed, v.Word, v.Summary, tt.want)
				}
			}
		})
	}
}
