package verdict

import (
	"math"
	"slices"
	"sort"

	"github.com/leakline/leakline/profiler/diff"
)

// z95 is the normal quantile of a two-sided 95 % interval.
const z95 = 1.959964

// A trend is how one figure moved over the window.
type trend struct {
	x, y  []float64 // seconds; figures, all known
	slope diff.Interval
	tau   float64 // Kendall's S over its standard deviation: how monotone
}

// newTrend drops what is unknown.
func newTrend(x, y []float64) trend {
	t := newPath(x, y)
	t.slope, t.tau = theilSen(t.x, t.y)
	return t
}

// newPath is a trend of which nobody asks the slope, which costs most.
func newPath(x, y []float64) trend {
	var t trend
	for i := range y {
		if !math.IsNaN(y[i]) {
			t.x, t.y = append(t.x, x[i]), append(t.y, y[i])
		}
	}
	return t
}

func (t *trend) known() bool { return len(t.y) >= minLooks }

// theilSen is the median of the slopes between all pairs, with Sen's interval
// (1968): the slopes at the ranks that Kendall's S would have by chance 95 times
// in 100. One wild point in five does not move it.
func theilSen(x, y []float64) (slope diff.Interval, tau float64) {
	var slopes []float64
	s := 0.0
	for i := range x {
		for j := i + 1; j < len(x); j++ {
			if x[j] > x[i] {
				slopes = append(slopes, (y[j]-y[i])/(x[j]-x[i]))
				s += sign(y[j] - y[i])
			}
		}
	}
	if len(slopes) == 0 {
		return diff.Interval{Low: math.Inf(-1), High: math.Inf(1)}, 0
	}
	slices.Sort(slopes)
	n := float64(len(x))
	deviation := math.Sqrt(n * (n - 1) * (2*n + 5) / 18)
	reach := z95 * deviation
	count := float64(len(slopes))
	low := int(math.Floor((count-reach)/2)) - 1
	high := int(math.Ceil((count + reach) / 2))
	return diff.Interval{
		Low:      slopes[max(low, 0)],
		Estimate: median(slopes),
		High:     slopes[min(high, len(slopes)-1)],
	}, s / deviation
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// median of what is sorted.
func median(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// level is the figure around a moment, robust against one wild point: the
// median of the three looks nearest to it.
func (t *trend) level(at float64) float64 {
	nearest := make([]int, len(t.x))
	for i := range nearest {
		nearest[i] = i
	}
	slices.SortStableFunc(nearest, func(a, b int) int {
		return int(sign(math.Abs(t.x[a]-at) - math.Abs(t.x[b]-at)))
	})
	var near []float64
	for _, i := range nearest[:min(3, len(nearest))] {
		near = append(near, t.y[i])
	}
	slices.Sort(near)
	return median(near)
}

// between reads the figure at a moment off the line between two looks: for what
// is exact and only counts up.
func (t *trend) between(at float64) float64 {
	i := max(1, sort.SearchFloat64s(t.x, at))
	i = min(i, len(t.x)-1)
	share := (at - t.x[i-1]) / (t.x[i] - t.x[i-1])
	return t.y[i-1] + share*(t.y[i]-t.y[i-1])
}

// kept is the least that was seen from each moment on: what is alive for good is
// never more. That takes away the garbage which a look finds in use, because
// garbage only adds. The last look has none after it and is left out.
func (t *trend) kept() trend {
	n := len(t.y)
	k := trend{x: t.x[:n-1], y: slices.Clone(t.y[:n-1])}
	least := t.y[n-1]
	for i := n - 2; i >= 0; i-- {
		least = min(least, k.y[i])
		k.y[i] = least
	}
	return k
}

func (t *trend) growth() float64 { return t.level(t.x[len(t.x)-1]) - t.level(t.x[0]) }

// lateShare is how much of what is kept came in the last share of the window: as
// much as share for what grows evenly, nothing for what has come to rest.
func (t *trend) lateShare(share float64) float64 {
	k := t.kept()
	return k.late(share)
}

// late is lateShare of what only counts up.
func (t *trend) late(share float64) float64 {
	n := len(t.y)
	first, last := t.x[0], t.x[n-1]
	grown := t.y[n-1] - t.y[0]
	if grown <= 0 {
		return 0
	}
	return (t.y[n-1] - t.between(last-share*(last-first))) / grown
}

// even reports whether the slope accounts for the growth, half of what any
// program does at least and a quarter of what came: else it came at once, early,
// and the slope is what trickled in since.
func (t *trend) even() bool { return t.sloped() >= max(minGrowth/2, t.growth()/4) }

// sloped is by how much the slope alone makes it rise.
func (t *trend) sloped() float64 { return t.slope.Estimate * (t.x[len(t.x)-1] - t.x[0]) }
