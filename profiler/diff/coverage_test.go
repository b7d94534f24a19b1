package diff

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A life is what really happens to the objects of one bucket between two
// snapshots of a process.
type life struct {
	size                          int64
	steady, turnover, leak, churn int // objects: alive throughout; replaced; added; born and freed in between
}

// binomial draws how many of n the runtime samples.
func binomial(rng *rand.Rand, n int, p float64) float64 {
	hits := 0
	for range n {
		if rng.Float64() < p {
			hits++
		}
	}
	return float64(hits)
}

// observe draws what two heap profiles of the process show.
func (l life) observe(rng *rand.Rand, rate float64) (base, head allocation) {
	p := 1 - math.Exp(-float64(l.size)/rate)
	steady, died := binomial(rng, l.steady, p), binomial(rng, l.turnover, p)
	born, freed := binomial(rng, l.turnover+l.leak, p), binomial(rng, l.churn, p)
	const site = "main.serve /app/main.go:10"
	base = allocation{site, l.size, steady + died, steady + died}
	head = allocation{site, l.size, steady + died + born + freed, steady + born}
	return base, head
}

func TestIntervalsHoldTheTruth(t *testing.T) {
	const runs, rate = 200, 512 << 10
	two := false
	tests := []struct {
		name        string
		life        life
		sameProcess *bool
		atMost      float64 // of the runs; beyond it the interval is needlessly wide
	}{
		{"a leak of 16 MB", life{size: 4096, leak: 4000}, nil, 0.99},
		{"a leak of 4 MB beside 40 MB that stay", life{size: 4096, steady: 10_000, leak: 1000}, nil, 0.99},
		{"a leak of large objects", life{size: 512 << 10, leak: 60}, nil, 0.99},
		{"everything is replaced", life{size: 8192, turnover: 5000}, nil, 0.99},
		{"the live ones are replaced while it leaks", life{size: 8192, turnover: 2000, leak: 3000}, nil, 0.99},
		{"churn beside a steady heap: bounds are not tight", life{size: 8192, steady: 5000, churn: 20_000}, nil, 1},
		{"one process taken for two: too wide, yet never wrong", life{size: 4096, steady: 10_000, leak: 4000}, &two, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			truth := float64(tt.life.size) * float64(tt.life.leak)
			held := 0
			for range runs {
				base, head := tt.life.observe(rng, rate)
				r := compare(t, heapOf(t, rate, noon, base), heapOf(t, rate, noon.Add(time.Minute), head), Options{SameProcess: tt.sameProcess})
				if r.Total.Low <= truth && truth <= r.Total.High {
					held++
				}
			}
			if got := float64(held) / runs; got < 0.90 || got > tt.atMost {
				t.Errorf("the 95 %% interval held the truth in %.1f %% of the runs, want 90 to %.0f %%", got*100, tt.atMost*100)
			}
		})
	}
}

// Two independent samples of one steady heap: here the two-process interval
// has to be as wide as it is.
func TestIntervalsHoldAcrossProcesses(t *testing.T) {
	const runs, rate = 200, 512 << 10
	rng := rand.New(rand.NewPCG(3, 4))
	two, held := false, 0
	for range runs {
		old, _ := life{size: 4096, steady: 10_000}.observe(rng, rate)
		new, _ := life{size: 4096, steady: 12_000}.observe(rng, rate)
		r := compare(t, heapOf(t, rate, noon, old), heapOf(t, rate, noon, new), Options{SameProcess: &two})
		if truth := 4096 * 2000.0; r.Total.Low <= truth && truth <= r.Total.High {
			held++
		}
	}
	if got := float64(held) / runs; got < 0.90 || got > 0.99 {
		t.Errorf("held the truth in %.1f %% of the runs, want 90 to 99 %%", got*100)
	}
}

func TestOneProcessIsComparedMoreFinely(t *testing.T) {
	const rate = 512 << 10
	rng := rand.New(rand.NewPCG(5, 6))
	base, head := life{size: 4096, steady: 25_000, leak: 1000}.observe(rng, rate)
	one, two := true, false
	b, h := heapOf(t, rate, noon, base), heapOf(t, rate, noon.Add(time.Minute), head)
	fine := compare(t, b, h, Options{SameProcess: &one}).Total
	wide := compare(t, b, h, Options{SameProcess: &two}).Total
	if ratio := (wide.High - wide.Low) / (fine.High - fine.Low); ratio < 4 {
		t.Errorf("what stayed alive cancels within one process: intervals %v and %v, ratio %.1f, want at least 4", fine, wide, ratio)
	}
	if fine.Noise() || !wide.Noise() {
		t.Errorf("4 MB beside 100 MB at 512 KiB: noise within %t, across %t; want false, true", fine.Noise(), wide.Noise())
	}
}
