package target

import (
	"math"
	"sync/atomic"

	"github.com/leakline/leakline/profiler"
)

// smallestGoal is the goal of a heap that is almost empty, at GOGC=100: it says
// nothing of what is alive (runtime, defaultHeapMinimum).
const smallestGoal = 4 << 20

// A goalRatio is the heap goal in units of what was alive when it was set:
// 1 + GOGC/100. It is learned; until then GOGC is taken to be 100.
type goalRatio struct{ bits atomic.Uint64 }

func (g *goalRatio) get() float64 {
	if b := g.bits.Load(); b != 0 {
		return math.Float64frombits(b)
	}
	return 2
}

// learn takes in figures read right after a collection, or that state GOGC.
func (g *goalRatio) learn(m MemStats, exact bool) {
	ratio := profiler.Unknown
	switch {
	case profiler.Known(m.GOGC):
		ratio = 1 + m.GOGC/100
	case exact && m.NextGC > 1.2*smallestGoal && m.HeapAlloc > 0:
		ratio = m.NextGC / m.HeapAlloc
	}
	if ratio >= 1.05 && ratio <= 50 { // beyond, GOGC is off or a memory limit sets the goal
		g.bits.Store(math.Float64bits(ratio))
	}
}

// floor estimates what was alive after the last collection.
func (s *Stranger) floor(m MemStats) float64 {
	return min(m.NextGC/s.ratio.get(), m.HeapAlloc)
}
