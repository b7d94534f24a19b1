package checker

import (
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// Buckets reach from 5 µs to some 10 s. Each bound is the one before times the
// square root of two, so that a quantile read from them is at most 42 % high.
const (
	shortest = 5 * time.Microsecond
	steps    = 43
)

// bounds are the buckets' inclusive upper bounds; boundsSeconds are the same.
var bounds, boundsSeconds = func() (b [steps]time.Duration, s []float64) {
	for i := range b {
		b[i] = time.Duration(float64(shortest) * math.Exp2(float64(i)/2))
		s = append(s, b[i].Seconds())
	}
	return b, s
}()

// A histogram counts durations without a lock.
type histogram struct {
	counts [steps + 1]atomic.Uint64 // the last one holds what is longer than every bound
	sum    atomic.Int64             // nanoseconds
}

func (h *histogram) observe(d time.Duration) {
	i, _ := slices.BinarySearch(bounds[:], d)
	h.counts[i].Add(1)
	h.sum.Add(int64(d))
}

func (h *histogram) read(dst []uint64) {
	for i := range min(len(dst), len(h.counts)) {
		dst[i] = h.counts[i].Load()
	}
}
