package target

import (
	"bytes"
	"context"
	"errors"
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

// A Sight is what a look saw, and what it was made of.
type Sight struct {
	verdict.Look
	Raw  Heap          // as it was read
	Took time.Duration // the service was busy with it, at most
}

// Look sees what there is to judge by.
func (s *Stranger) Look(ctx context.Context, o LookOptions) (Sight, error) {
	heap, err := s.Heap(ctx, o.GC)
	if err != nil {
		return Sight{}, err
	}
	l := verdict.Look{
		At: heap.Profile.At, Floor: s.floor(heap.MemStats), FloorExact: o.GC,
		GCCycles: heap.NumGC, AllocBytes: heap.TotalAlloc,
		Requests: profiler.Unknown, InFlight: profiler.Unknown, OutsideGo: outsideGo(heap.MemStats), Running: profiler.Unknown,
	}
	if o.GC {
		l.Floor = heap.HeapAlloc
	}
	if l.Heap, err = diff.Decode(bytes.NewReader(heap.Profile.Body), diff.Limits{}); err != nil {
		return Sight{}, fmt.Errorf("reading the heap profile of %s: %w", s.URL(), err)
	}
	began := time.Now()
	count, err := s.CountGoroutines(ctx)
	if err != nil {
		return Sight{}, err
	}
	l.Running = float64(count)
	if count < verdict.MaxGoroutines {
		dump, err := s.Goroutines(ctx, o.GC)
		if err != nil {
			return Sight{}, err
		}
		if l.Goroutines, err = verdict.ParseGoroutines(dump.Body, o.UserCode); err != nil {
			return Sight{}, err
		}
	}
	return Sight{l, heap, heap.Took + time.Since(began)}, nil
}

// outsideGo is by how much the process was once larger than all that the Go
// runtime had taken. MaxRSS is a peak, so it can show growth and no decline.
func outsideGo(m MemStats) float64 {
	if !profiler.Known(m.MaxRSS) || !profiler.Known(m.Sys) {
		return profiler.Unknown
	}
	return max(0, m.MaxRSS-m.Sys)
}

// Capture takes a profile, after a forced collection if gc is true; then the
// floor is exact. The rest of the snapshot is the caller's to fill in.
func (s *Stranger) Capture(ctx context.Context, kind string, gc bool) (*Capture, error) {
	if kind != "heap" {
		a, err := s.Profile(ctx, kind, nil)
		if err != nil {
			return nil, err
		}
		return captured(kind, a, a.Took), nil
	}
	h, err := s.Heap(ctx, gc)
	if err != nil {
		return nil, err
	}
	return h.capture(), nil
}

func captured(kind string, a Answer, took time.Duration) *Capture {
	c := &Capture{Profile: a.Body}
	c.Kind, c.Bytes, c.Time, c.CaptureMS = kind, int64(len(a.Body)), a.At, took.Seconds()*1e3
	return c
}

func (h *Heap) capture() *Capture {
	c := captured("heap", h.Profile, h.Took)
	c.GCCycle = asCount(h.NumGC)
	if h.Exact {
		c.FloorBytes = asCount(h.HeapAlloc)
	}
	if profiler.Known(h.Rate) {
		c.MemProfileRate = int(h.Rate)
	}
	return c
}

func asCount(v float64) *int64 {
	if !profiler.Known(v) {
		return nil
	}
	n := int64(v)
	return &n
}

// GC forces a collection and returns how long the answer took, with the figures
// that it brought along.
func (s *Stranger) GC(ctx context.Context) (time.Duration, error) {
	h, err := s.Heap(ctx, true)
	if err != nil {
		return 0, fmt.Errorf("forcing a collection: %w", err)
	}
	if !profiler.Known(h.HeapAlloc) {
		return 0, errors.New("forcing a collection: the service did not say what was alive after it")
	}
	return h.Took, nil
}
