package profiler

import "time"

// enveloped lists the gauges whose extremes must survive coarsening: a spike
// inside a second, or inside ten, stays on the picture.
var enveloped = [...]struct {
	figure Figure
	metric Metric
}{
	{FigInUse, HeapInUse}, {FigRSS, RSS}, {FigPauseMax, PauseMax},
	{FigGoroutines, Goroutines}, {FigInFlight, InFlight}, {FigLatencyP99, LoadP99},
}

// A bucket stands for the readings of one tier interval.
type bucket struct {
	last     Reading
	min, max [len(enveloped)]float64
}

func newBucket(r *Reading) bucket {
	b := bucket{last: *r}
	for i, e := range enveloped {
		b.min[i], b.max[i] = r.Get(e.metric), r.Get(e.metric)
	}
	return b
}

func (b *bucket) add(r *Reading) {
	b.last = *r
	for i, e := range enveloped {
		v := r.Get(e.metric)
		if !Known(b.min[i]) || v < b.min[i] {
			b.min[i] = v
		}
		if !Known(b.max[i]) || v > b.max[i] {
			b.max[i] = v
		}
	}
}

// A tier keeps one bucket per interval in a ring of fixed size. The newest
// bucket stays open until a reading of a later interval, or of another life,
// arrives; so a bucket never mixes two lives.
type tier struct {
	every   time.Duration
	merge   bool     // several readings share a bucket; else each has its own, however they jitter
	buckets []bucket // ring, oldest at next when full
	next    int
	size    int
}

func newTier(every, span time.Duration, merge bool) *tier {
	return &tier{every: every, merge: merge, buckets: make([]bucket, span/every)}
}

// at returns the i-th bucket, oldest first.
func (t *tier) at(i int) *bucket {
	return &t.buckets[(t.next-t.size+i+len(t.buckets))%len(t.buckets)]
}

func (t *tier) add(r *Reading) {
	if t.merge && t.size > 0 {
		open := t.at(t.size - 1)
		same := open.last.Generation == r.Generation && open.last.At.Truncate(t.every).Equal(r.At.Truncate(t.every))
		if same {
			open.add(r)
			return
		}
	}
	t.buckets[t.next] = newBucket(r)
	t.next = (t.next + 1) % len(t.buckets)
	t.size = min(t.size+1, len(t.buckets))
}

// since returns the index of the first bucket not older than from.
func (t *tier) since(from time.Time) int {
	lo, hi := 0, t.size
	for lo < hi {
		mid := (lo + hi) / 2
		if t.at(mid).last.At.Before(from) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
