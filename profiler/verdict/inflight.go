package verdict

import (
	"fmt"
	"math"
	"slices"

	"github.com/leakline/leakline/profiler/units"
)

// Requests in flight pile up when so many more are there, and so many times as
// many as at first.
const (
	piledRequests = 50
	piledTimes    = 4
)

// requests: what a request holds is no leak; that requests do not end is the
// fault. Only a service that counts them tells.
func (j *judgement) requests() bool {
	pile := &j.pile
	if !pile.known() || pile.slope.Low <= 0 {
		return false
	}
	n := len(pile.y)
	first, last := pile.y[0], min(pile.y[n-2], pile.y[n-1]) // one look may find a moment's rush
	if last-first < piledRequests || last < piledTimes*(first+1) {
		return false
	}
	j.Word, j.Confidence = Backlog, 0.9
	j.Summary = fmt.Sprintf("A backlog: %s requests are in flight and %s were at first; they come faster than they end.",
		units.Count(last), units.Count(first))
	waiting := slices.DeleteFunc(j.h.grown(), func(s *standing) bool { return s.place.idle() })
	if len(waiting) > 0 {
		j.nameGoroutines(waiting)
		top := waiting[0].place
		j.Summary = fmt.Sprintf("A backlog: %s requests are in flight and %s were at first; they wait at %s.",
			units.Count(last), units.Count(first), at(top.Function, top.File, top.Line))
	}
	if top := j.top(); top != nil {
		j.say("What they hold meanwhile was allocated at %s.", where(top.Site))
		if len(j.Suspects) == 0 {
			j.nameHeap(j.suspects)
		}
	}
	return true
}

// unsteadyLooks are those within which requests that piled up still count: what
// they held may not have been let go of yet.
const unsteadyLooks = 10

// unsteady reports whether many times as many requests were in flight lately as
// at least in the window. Memory that few objects are seen of may be theirs,
// and more memory too, unless it is more than they can hold.
func (j *judgement) unsteady(top *suspicion) (least, most float64, _ bool) {
	if !j.pile.known() {
		return 0, 0, false
	}
	least, most = slices.Min(j.pile.y), slices.Max(j.pile.y[max(0, len(j.pile.y)-unsteadyLooks):])
	unsteady := most-least >= minQueue && most >= piledTimes*(least+1)
	return least, most, unsteady && !(top.Sampled.Grew >= fewSampled && j.outgrowsAll(most))
}

// minRequestsPerS is how often requests must be answered: with fewer hardly any
// is in flight, what is allocated is not theirs, and neither is what grows.
const minRequestsPerS = 1

// mayHold reports whether the requests in flight may hold all that the floor
// rose by, as far as they are counted.
func (j *judgement) mayHold() bool {
	answered := j.h.over(func(l *look) float64 { return l.Requests })
	if answered == nil || *answered < minRequestsPerS*j.WindowS || math.IsNaN(j.rate) || !j.floor.known() || !j.pile.known() {
		return false
	}
	most := slices.Max(j.pile.y)
	return most > 0 && !j.outgrowsAll(most)
}

// outgrowsAll asks about as many requests as there were at most, and as there
// were at the calmer half of the looks: a rush hides the rest from the first,
// and the second has fewer looks to tell by.
func (j *judgement) outgrowsAll(most float64) bool {
	return j.outgrows(most) || j.outgrows(median(slices.Sorted(slices.Values(j.pile.y))))
}

// roomy is how many times as much as others a request may hold that waits.
const roomy = 2

// outgrows reports whether the floor rose by more than so many requests can
// hold, as seen at those looks that found no more of them in flight: none holds
// more than it allocated. Where nobody counts requests that is not known.
func (j *judgement) outgrows(inFlight float64) bool {
	each := j.each()
	if math.IsNaN(each) {
		return false
	}
	seen := newPath(j.h.seconds(), j.h.series(func(l *look) float64 {
		if l.InFlight > inFlight {
			return math.NaN()
		}
		return l.Floor
	}))
	return seen.known() && seen.growth() > max(j.floor.growth()/2, roomy*(inFlight+1)*each)
}

// each is how many bytes a request allocates, and all else meanwhile; NaN where
// nobody counts requests or none was answered.
func (j *judgement) each() float64 {
	answered := j.h.over(func(l *look) float64 { return l.Requests })
	if answered == nil || *answered <= 0 {
		return math.NaN()
	}
	return j.rate * j.WindowS / *answered
}
