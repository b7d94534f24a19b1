package verdict_test

import (
	"math"
	"testing"

	"github.com/leakline/leakline/profiler/verdict"
)

// What grows outside Go is told from a program that is read from the disk as it
// is used, and from what is taken at once.
func TestGrowthOutsideGo(t *testing.T) {
	for _, tt := range []struct {
		name    string
		outside func(t float64) float64 // bytes
		want    verdict.Word
	}{
		{"a leak of C", func(t float64) float64 { return 5e6 + 1e6*t }, verdict.OffHeap},
		{"code that is read in", func(t float64) float64 { return 5e6 + 1.5e5*t }, verdict.Healthy},
		{"a buffer of the kernel", func(t float64) float64 {
			if t < 20 {
				return 5e6
			}
			return 5e7
		}, verdict.Healthy},
		{"connections to a database, of late", func(t float64) float64 { return 5e6 + 1.2e5*t + 9e6*math.Floor(t/34) }, verdict.Healthy},
		{"a cache of C that is full soon", func(t float64) float64 { return 5e6 + 4e6*min(t, 15) }, verdict.Healthy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for seed := range uint64(100) {
				s, h := newSimulation(seed, 1e4, churns("tick", 100, 1e4)), &verdict.History{}
				for at := 0.0; at <= 45; at += 5 {
					l := s.look(at)
					l.OutsideGo = tt.outside(at) + 1e5*s.rng.NormFloat64()
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
