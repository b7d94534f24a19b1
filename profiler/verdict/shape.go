package verdict

// shape says how something grew.
type shape uint8

const (
	flat shape = iota
	even
	stepped
	slowing
	emptied
)

// shapeOf judges the growth of a figure in bytes.
func (h *History) shapeOf(t *trend) shape {
	if !t.known() || t.growth() < minGrowth || t.growth() < 3*t.noise() && t.tau < rising {
		return flat
	}
	clear := t.growth() > clearGrowth*t.noise()
	if share, after, rest := t.step(); clear && share >= stepShare && t.lateShare(0.9*rest) < 1-stepShare {
		if after >= stepRest {
			return stepped
		}
	}
	switch {
	case t.drawdown() > deepFall:
		return emptied
	case clear && h.slows(t):
		return slowing
	case t.slope.Low <= 0 || !t.even():
		return flat
	}
	return even
}

// slows reports whether growth fades, and does so by more than the work that
// was done: traffic that ebbs slows every leak down.
func (h *History) slows(t *trend) bool {
	if !t.known() {
		return false
	}
	half, third := t.lateShare(1./2), t.lateShare(1./3)
	return half < lateHalf*h.busy(1./2)*2 || third < lateThird*h.busy(1./3)*3 && half < h.busy(1./2)
}

// steady reports whether something grew to the end, by the work that was done.
func (h *History) steady(t *trend) bool {
	return t.known() && t.lateShare(1./2) >= 0.8*h.busy(1./2) && t.lateShare(1./3) >= 0.5*h.busy(1./3)
}

// busy is work, and no more than share.
func (h *History) busy(share float64) float64 { return min(share, h.work(share)) }

// work is the share of the garbage, what was allocated and let go, that came in
// the last share of the window: share itself when the load is even, or unknown.
// What is kept says nothing of the load: a cache is filled once.
func (h *History) work(share float64) float64 {
	garbage := newTrend(h.seconds(), h.series(func(l *look) float64 { return l.AllocBytes - l.Floor }))
	if !garbage.known() || garbage.y[len(garbage.y)-1]-garbage.y[0] <= minGarbage {
		return share
	}
	return garbage.late(share)
}
