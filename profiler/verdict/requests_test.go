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
	for _, tt := range []struct {
		name string
		made func(t float64) float64 // objects of 400 kB
		want verdict.Word
	}{
		{"a few large objects came with it", func(t float64) float64 { return math.Min(t, 20) / 2 }, verdict.Growing},
		{"a leak goes on all the same", func(t float64) float64 { return 100 * t }, verdict.Leak},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, h := newSimulation(1, 1e4, source{name: "main.hold", size: 400_000, made: tt.made, alive: tt.made}), &verdict.History{}
			for at := 0.0; at <= 24; at += 2 {
				l := s.look(at)
				l.InFlight = 2
				if at > 8 && at < 20 {
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
