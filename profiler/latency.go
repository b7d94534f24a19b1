package profiler

import (
	"math"
	"sort"
	"sync/atomic"
	"time"
)

// latencyBounds are upper bounds in seconds from 10 µs to about 77 s, each a
// fifth above the one before: a quantile read from them is at most 20 % high.
var latencyBounds = func() []float64 {
	bounds := make([]float64, 88)
	for i := range bounds {
		bounds[i] = 10e-6 * math.Pow(1.2, float64(i))
	}
	return bounds
}()

// Latencies is a cumulative histogram of durations with fixed bounds. Any
// goroutine may observe into it.
type Latencies struct {
	counts [89]atomic.Uint64 // one beyond the last bound
}

// Observe counts one duration.
func (l *Latencies) Observe(d time.Duration) {
	l.counts[sort.SearchFloat64s(latencyBounds, d.Seconds())].Add(1)
}

// Bounds returns the buckets' upper bounds in seconds.
func (l *Latencies) Bounds() []float64 { return latencyBounds }

// Read copies the cumulative counts, one more than there are bounds.
func (l *Latencies) Read(dst []uint64) {
	for i := range min(len(dst), len(l.counts)) {
		dst[i] = l.counts[i].Load()
	}
}
