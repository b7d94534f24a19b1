package verdict

import (
	"cmp"
	"slices"
	"time"

	"github.com/leakline/leakline/profiler/diff"
)

// What tells the kinds of growth apart. Shares are of the growth in the window.
const (
	minGrowth  = 256 << 10 // bytes; less is what any program does
	minGarbage = 4 << 20   // bytes; less says nothing of the load

	lateHalf    = 0.25 // of the growth in the second half; an even leak has 0.5
	lateThird   = 0.12 // in the last third; an even leak has 0.33
	stepShare   = 0.8  // within two looks
	stepRest    = 2    // looks that must follow a step to see that it rests
	deepFall    = 0.35 // of the range: what falls so deep is emptied now and then
	retained    = 0.3  // of what a site allocated is kept: more than any queue
	clearGrowth = 10   // of the noise: then the floor's own shape can be believed
	fewSampled  = 12   // objects, with which a site's own trend says little
	churnPerS   = 4e6  // bytes a second: less is no trouble to any collector
	moreWork    = 0.56 // of it in the second half; an even load has 0.5
	ageing      = 1.3  // how much older a site's objects are at the end
	minPart     = 0.1  // of the floor's growth that a line may explain, to be named
	rising      = 2.6  // standard deviations of Kendall's S, which chance reaches one time in 200
	minSurvivor = 3    // sampled objects that came and stayed
)

// working is for how long what was allocated may still be in use by requests that
// are under way: the garbage that an unlucky collection finds alive.
const working = 20 * time.Millisecond

// A suspicion is a site whose live memory grew.
type suspicion struct {
	*diff.Site
	over trend // sampled objects, growth since base
}

// suspicions lists what grew beyond its sampling noise, or little but never
// lost an object, most bytes first.
func (h *History) suspicions() []suspicion {
	if h.report == nil || h.report.Seconds == nil {
		return nil
	}
	var all []suspicion
	for _, sites := range [...][]diff.Site{h.report.Sites, h.report.Quiet} {
		for i := range sites {
			s := &sites[i]
			if s.Bytes == nil || s.Bytes.Estimate <= 0 {
				continue
			}
			few := s.Sampled.Grew >= minSurvivor && keep(s) >= 2*retained
			if few || !s.Bytes.Noise() && h.kept(s) {
				at := placeOfSite(s)
				all = append(all, suspicion{s, newTrend(h.seconds(), h.site(at, func(v sampled) float64 { return v.bytes }))})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b suspicion) int { return cmp.Compare(b.Bytes.Estimate, a.Bytes.Estimate) })
	return all
}

// keep is the share of its sampled allocations by which a site grew.
func keep(s *diff.Site) float64 {
	if s.AllocBytes == nil || s.AllocBytes.Estimate <= 0 {
		return 1 // what grew without allocating was allocated before it was known
	}
	return s.Bytes.Estimate / s.AllocBytes.Estimate
}

// kept reports whether a site keeps what it allocates, rather than having more
// to do. By Little's law live memory is the rate of allocation times age: when
// only the rate rises, the age stays. Two profiles tell no age; then it is
// enough that the process as a whole does not do more than it did.
func (h *History) kept(s *diff.Site) bool {
	if keep(s) >= retained {
		return true
	}
	early, late, known := h.age(placeOfSite(s))
	if !known {
		return h.work(1./2) < moreWork
	}
	return late >= ageing*early
}

// age returns the mean age of a site's objects, in units of half a window, in
// the middle and at the end of the window.
func (h *History) age(p place) (early, late float64, known bool) {
	seconds := h.seconds()
	alive := newTrend(seconds, h.site(p, func(v sampled) float64 { return v.alive }))
	allocated := newTrend(seconds, h.site(p, func(v sampled) float64 { return v.allocated }))
	last := len(alive.y) - 1
	middle := last / 2
	if last < minLooks-1 || allocated.y[middle] == 0 {
		return 0, 0, false
	}
	return alive.y[middle] / allocated.y[middle], alive.y[last] / (allocated.y[last] - allocated.y[middle]), true
}
