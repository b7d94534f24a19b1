package verdict_test

import (
	"math"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler/verdict"
)

// A cache that is swapped when it is full goes up and down for ever. Whatever its
// pace, and that of the looks is among them, it is not taken for growth.
func TestNoPaceLooksLikeGrowth(t *testing.T) {
	const full, looks, runs = 6e6, 10, 30
	wrong, judged := 0, 0
	for period := 0.25; period < 1.5; period += 0.025 { // in pauses between looks
		for seed := range uint64(runs) {
			swapped := func(t float64) float64 {
				_, share := math.Modf(t/period + float64(seed)/runs)
				return math.Floor(full * (1 + share) / 1024)
			}
			s := newSimulation(seed, 1e5, source{name: "put", size: 1024, made: even(1024, full/period), alive: swapped}, churns("parse", 900, 40e6))
			var h verdict.History
			var rhythm verdict.Rhythm
			at := 0.0
			for range looks {
				if err := h.Add(s.look(at)); err != nil {
					t.Fatal(err)
				}
				at += rhythm.Next(time.Second).Seconds()
			}
			judged++
			if word := h.Judge().Word; word != verdict.Churn && word != verdict.Healthy {
				wrong++
			}
		}
	}
	// Looks at one pace take 114 of 1530 for growth, more than half at the worst.
	if wrong > judged/50 {
		t.Errorf("%d of %d are judged to grow", wrong, judged)
	}
}

func TestTheRhythmKeepsItsPace(t *testing.T) {
	const every, n = time.Second, 1000
	var r verdict.Rhythm
	var all time.Duration
	for range n {
		pause := r.Next(every)
		if pause < every/5 || pause > 2*every {
			t.Fatalf("a pause of %v for one of %v", pause, every)
		}
		all += pause
	}
	if off := (all - n*every).Abs(); off > every {
		t.Errorf("%d pauses of %v took %v", n, every, all)
	}
}
