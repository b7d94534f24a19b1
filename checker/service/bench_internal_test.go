package service

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/internal/redistest"
)

// BenchmarkCheck decides payments by 64 callers on two CPUs, without HTTP.
func BenchmarkCheck(b *testing.B) {
	const risky = 10_000
	server, dsn := redistest.Start(b), filepath.Join(b.TempDir(), "x.db")
	for _, spec := range strategy.Catalog() {
		s, err := New(Config{Redis: server.Addr, Database: dsn, Strategy: spec.Name})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.store.Seed(b.Context(), riskyusers.Population{Users: 2 * risky, Risky: risky, Ours: true}); err != nil {
			b.Fatal(err)
		}
		if err := s.updater.Refresh(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("strategy=%s/callers=64", spec.Name), func(b *testing.B) {
			b.SetParallelism(32)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					d, err := s.checker.Check(b.Context(), checker.Payment{UserID: riskyusers.UserID(i % (2 * risky))})
					if err != nil || d.Risky != (i%(2*risky) < risky) {
						b.Errorf("user %d: %+v, %v", i, d, err)
						return
					}
				}
			})
		})
		if err := s.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
