package profiler

import "math"

// A Recent holds the last few states of a cumulative histogram, so that a
// quantile speaks of the recent past and not of a whole life. It belongs to
// one goroutine and allocates nothing after it is made.
type Recent struct {
	states [][]uint64 // ring
	next   int
	filled int
}

// NewRecent looks back over the given number of pushes.
func NewRecent(buckets, back int) *Recent {
	w := &Recent{states: make([][]uint64, back+1)}
	for i := range w.states {
		w.states[i] = make([]uint64, buckets)
	}
	return w
}

// Slot is where the next state is to be written; Advance makes it the newest.
func (w *Recent) Slot() []uint64 { return w.states[w.next] }

// Advance makes what stands in Slot the newest state.
func (w *Recent) Advance() {
	w.next = (w.next + 1) % len(w.states)
	w.filled = min(w.filled+1, len(w.states))
}

// Push copies a state in.
func (w *Recent) Push(counts []uint64) {
	copy(w.Slot(), counts)
	w.Advance()
}

// Quantile returns the upper bound of the bucket that the q-quantile of what
// came between the oldest and the newest state falls in; bounds[i] is the
// upper bound of bucket i. It is Unknown when nothing came. Beyond the last
// finite bound that bound is returned: the value is at least that.
func (w *Recent) Quantile(bounds []float64, q float64) float64 {
	if w.filled < 2 || len(bounds) == 0 {
		return Unknown
	}
	newest := w.states[(w.next-1+len(w.states))%len(w.states)]
	oldest := w.states[(w.next-w.filled+len(w.states))%len(w.states)]
	var total uint64
	for i := range newest {
		total += newest[i] - oldest[i]
	}
	if total == 0 {
		return Unknown
	}
	rank := max(uint64(math.Ceil(q*float64(total))), 1)
	var seen uint64
	for i := range newest {
		seen += newest[i] - oldest[i]
		if seen >= rank {
			return finiteBound(bounds, i)
		}
	}
	return Unknown
}

func finiteBound(bounds []float64, i int) float64 {
	for i = min(i, len(bounds)-1); i > 0 && math.IsInf(bounds[i], 0); i-- {
	}
	return bounds[i]
}
