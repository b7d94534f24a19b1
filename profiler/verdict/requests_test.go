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
