package verdict_test

import (
	"fmt"
	"testing"

	"github.com/leakline/leakline/profiler/verdict"
)

// BenchmarkJudge judges what is known after 120 snapshots of a service of 200
// sites, and adds one.
func BenchmarkJudge(b *testing.B) {
	var sources []source
	for i := range 200 {
		sources = append(sources, churns(fmt.Sprintf("site%d", i), float64(100+10*i), 1e5))
	}
	s := newSimulation(1, 2e5, append(sources, leaks("remember", 400, 5e5))...)
	var h verdict.History
	for at := range 120 {
		if err := h.Add(s.look(float64(5 * at))); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("judge", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if v := h.Judge(); v.Word != verdict.Leak {
				b.Fatal(v.Summary)
			}
		}
	})
	at := 600.0
	b.Run("add and judge", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			at += 5
			l := s.look(at)
			b.StartTimer()
			if err := h.Add(l); err != nil {
				b.Fatal(err)
			}
			h.Judge()
		}
	})
}
