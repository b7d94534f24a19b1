package target

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

// LookOptions say how to look at a stranger.
type LookOptions struct {
	GC       bool           // force a collection first: the floor is exact then
	UserCode *regexp.Regexp // overrides the rule of what is the user's
}

// Look sees what there is to judge by, and says how long the service was busy
// with it.
func (s *Stranger) Look(ctx context.Context, o LookOptions) (verdict.Look, time.Duration, error) {
	heap, err := s.Heap(ctx, o.GC)
	if err != nil {
		return verdict.Look{}, 0, err
	}
	took := heap.Took
	l := verdict.Look{
		At: heap.Profile.At, Floor: heap.HeapAlloc, FloorExact: o.GC,
		GCCycles: heap.NumGC, AllocBytes: heap.TotalAlloc, Mallocs: heap.Mallocs,
		Requests: profiler.Unknown, OutsideGo: outsideGo(heap.MemStats), Running: profiler.Unknown,
	}
	if !o.GC {
		l.Floor = heap.NextGC / 2 // at GOGC=100, which a stranger does not tell
	}
	if l.Heap, err = diff.Decode(bytes.NewReader(heap.Profile.Body), diff.Limits{}); err != nil {
		return verdict.Look{}, 0, fmt.Errorf("reading the heap profile of %s: %w", s.URL(), err)
	}
	began := time.Now()
	count, err := s.CountGoroutines(ctx)
	if err != nil {
		return verdict.Look{}, 0, err
	}
	l.Running = float64(count)
	if count < verdict.MaxGoroutines {
		dump, err := s.Goroutines(ctx)
		if err != nil {
			return verdict.Look{}, 0, err
		}
		if l.Goroutines, err = verdict.ParseGoroutines(dump.Body, o.UserCode); err != nil {
			return verdict.Look{}, 0, err
		}
	}
	return l, took + time.Since(began), nil
}

// outsideGo is by how much the process was once larger than all that the Go
// runtime had taken. MaxRSS is a peak, so it can show growth and no decline.
func outsideGo(m MemStats) float64 {
	if !profiler.Known(m.MaxRSS) || !profiler.Known(m.Sys) {
		return profiler.Unknown
	}
	return max(0, m.MaxRSS-m.Sys)
}
