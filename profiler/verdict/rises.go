package verdict

import (
	"math"
	"slices"
)

// sameRise is how much larger a later rise must be: one rise is within two looks
// twice over, and noise alone would pick.
const sameRise = 1.1

// step returns the largest rise within two looks, for one may fall into it, as a
// share of all growth, how many looks followed, and in what share of the time of
// kept, which ends one look sooner.
func (t *trend) step() (share float64, after int, rest float64) {
	last := len(t.y) - 1
	grown := t.y[last] - t.y[0]
	if grown <= 0 {
		return 0, 0, 0
	}
	for i := 1; i < last; i++ {
		rise := (t.y[i] - t.y[max(i-2, 0)]) / grown
		if rise > sameRise*share {
			share, after, rest = rise, last-i, (t.x[last-1]-t.x[i])/(t.x[last-1]-t.x[0])
		}
	}
	return share, after, rest
}

// rests reports whether nearly all growth came within two looks, and none or
// little in those since.
func (t *trend) rests() bool {
	last := len(t.y) - 1
	grown := t.y[last] - t.y[0]
	for i := 2; i <= last-stepRest; i++ {
		if t.y[i]-t.y[i-2] >= stepShare*grown {
			return grown > 0
		}
	}
	return false
}

// drawdown is the deepest fall from an earlier height, as a share of the whole
// range: 0 for what only rises, 1 for what was emptied. A height counts as far as
// the looks beside it reach it too.
func (t *trend) drawdown() float64 {
	low, high := slices.Min(t.y), slices.Max(t.y)
	if high == low {
		return 0
	}
	peak, deepest := t.y[0], 0.0
	for i := range t.y {
		v := slices.Min(t.y[max(i-1, 0):min(i+2, len(t.y))])
		peak = max(peak, v)
		deepest = max(deepest, peak-v)
	}
	return deepest / (high - low)
}

// noise is the standard deviation of the figure about its path, from how much
// its steps differ from what the slope would make of them: neither a slope,
// however unevenly it was looked at, nor one jump adds to it.
func (t *trend) noise() float64 {
	var steps []float64
	for i := 1; i < len(t.y); i++ {
		steps = append(steps, t.y[i]-t.y[i-1]-t.slope.Estimate*(t.x[i]-t.x[i-1]))
	}
	slices.Sort(steps)
	middle := median(steps)
	for i := range steps {
		steps[i] = math.Abs(steps[i] - middle)
	}
	slices.Sort(steps)
	const quartile = 0.6745 // of a normal deviate: its median distance from 0
	return median(steps) / quartile / math.Sqrt2
}
