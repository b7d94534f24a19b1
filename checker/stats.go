package checker

import (
	"sync/atomic"
	"time"
)

// Stats counts what a checker does. The zero value is ready; everything is
// cumulative except InFlight, and reading allocates nothing.
type Stats struct {
	requests  atomic.Uint64
	errors    atomic.Uint64
	inFlight  atomic.Int64
	setsBuilt atomic.Uint64
	latency   histogram
}

// SetBuilt counts one Set of risky users built in this process. It is counted
// by hand because a sampled heap profile hardly ever sees a map's header.
func (s *Stats) SetBuilt() { s.setsBuilt.Add(1) }

// Requests returns how many checks have ended, in a decision or in an error.
func (s *Stats) Requests() uint64 { return s.requests.Load() }

// Errors returns how many of them ended without a decision.
func (s *Stats) Errors() uint64 { return s.errors.Load() }

// InFlight returns how many checks are inside a strategy now.
func (s *Stats) InFlight() int64 { return s.inFlight.Load() }

// SetsBuilt returns how many Sets have been built.
func (s *Stats) SetsBuilt() uint64 { return s.setsBuilt.Load() }

// LatencyBounds returns the upper bounds, in seconds, of all latency buckets
// but the last, which has none. The slice is shared and must not be changed.
func (s *Stats) LatencyBounds() []float64 { return boundsSeconds }

// LatencySum returns how long all checks together have taken.
func (s *Stats) LatencySum() time.Duration { return time.Duration(s.latency.sum.Load()) }

// Latency copies into dst how many checks have ended in each bucket; there is
// one more bucket than there are bounds. What does not fit is left out.
func (s *Stats) Latency(dst []uint64) { s.latency.read(dst) }

func (s *Stats) begin() { s.inFlight.Add(1) }

func (s *Stats) end(elapsed time.Duration, failed bool) {
	s.inFlight.Add(-1)
	s.latency.observe(elapsed)
	if failed {
		s.errors.Add(1)
	}
	s.requests.Add(1)
}
