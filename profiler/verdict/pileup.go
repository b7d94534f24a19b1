package verdict

import (
	"fmt"
	"math"
	"slices"

	"github.com/leakline/leakline/profiler/units"
)

const (
	minStranded = 5    // goroutines that came and never left
	stays       = 0.05 // hazard below which nobody leaves
	minQueue    = 20   // goroutines that wait where fewer waited before
	waitsLong   = 0.2  // share of a queue that was there a look ago
)

// goroutines judges who waits where. One that never ends keeps its stack and
// all it can reach, so a leak of them goes before a leak of memory.
func (j *judgement) goroutines() bool {
	var stranded, queued []*standing
	for _, s := range j.h.grown() {
		switch {
		case j.strands(s):
			stranded = append(stranded, s)
		case !s.place.idle() && j.queues(s):
			queued = append(queued, s)
		}
	}
	switch {
	case len(stranded) > 0 && (len(queued) == 0 || stranded[0].rise() >= queued[0].rise()/10):
		j.Word = GoroutineLeak
		j.nameGoroutines(stranded)
		top := stranded[0]
		j.Confidence = certainty(0, top.chances)
		if top.leaked > 0 {
			j.Confidence = 0.99
			j.say("The runtime itself finds that nothing can wake %s of them.", units.Count(top.leaked))
		}
		j.Summary = fmt.Sprintf("A goroutine leak: %s more wait at %s and none of them ever ends.",
			units.Count(top.rise()), at(top.place.Function, top.place.File, top.place.Line))
		return true
	case len(queued) > 0:
		j.Word, j.Confidence = Backlog, 0.9
		j.nameGoroutines(queued)
		top := queued[0]
		j.Summary = fmt.Sprintf("A backlog: work piles up at %s, %s goroutines wait there and %s did at first; they do end, only ever later.",
			at(top.place.Function, top.place.File, top.place.Line), units.Count(top.counts[len(top.counts)-1]), units.Count(top.counts[0]))
		return true
	}
	return false
}

// Requests in flight pile up when so many more are there, and so many times as
// many as at first.
const (
	piledRequests = 50
	piledTimes    = 4
)

// requests: what a request holds is no leak; that requests do not end is the
// fault. Only a service that counts them tells.
func (j *judgement) requests() bool {
	pile := newTrend(j.h.seconds(), j.h.series(func(l *look) float64 { return l.InFlight }))
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
	pile := newTrend(j.h.seconds(), j.h.series(func(l *look) float64 { return l.InFlight }))
	if !pile.known() {
		return 0, 0, false
	}
	least, most = slices.Min(pile.y), slices.Max(pile.y[max(0, len(pile.y)-unsteadyLooks):])
	unsteady := most-least >= minQueue && most >= piledTimes*(least+1)
	return least, most, unsteady && !(top.Sampled.Grew >= fewSampled && (j.outgrows(most) || j.outgrows(median(slices.Sorted(slices.Values(pile.y))))))
}

// roomy is how many times as much as others a request may hold that waits.
const roomy = 2

// outgrows reports whether the floor rose by more than so many requests can
// hold, as seen at those looks that found no more of them in flight: none holds
// more than it allocated. Where nobody counts requests that is not known.
func (j *judgement) outgrows(inFlight float64) bool {
	answered := j.h.over(func(l *look) float64 { return l.Requests })
	if answered == nil || *answered <= 0 {
		return false
	}
	seen := newTrend(j.h.seconds(), j.h.series(func(l *look) float64 {
		if l.InFlight > inFlight {
			return math.NaN()
		}
		return l.Floor
	}))
	each := j.rate * j.WindowS / *answered // bytes
	return seen.known() && seen.growth() > max(j.floor.growth()/2, roomy*(inFlight+1)*each)
}

// strands reports whether goroutines come to a place, go on coming and do not
// leave it.
func (j *judgement) strands(s *standing) bool {
	if s.rise() >= minStranded && s.leaked >= s.rise()/2 {
		return true // nothing can wake them: the runtime has looked
	}
	t := j.h.standingOver(s.counts)
	return t.known() && s.rise() >= minStranded && s.chances >= minStranded && s.hazard() <= stays &&
		t.slope.Low > 0 && !j.h.slows(&t)
}

// queues reports whether many more wait than did, for long, and are served in
// the end.
func (j *judgement) queues(s *standing) bool {
	last := len(s.counts) - 1
	t := j.h.standingOver(s.counts)
	return t.known() && s.rise() >= minQueue && s.counts[last] >= 2*s.counts[0] && s.hazard() > stays &&
		s.old[last] >= waitsLong*s.counts[last]
}

func (j *judgement) nameGoroutines(all []*standing) {
	came := 0.0
	for _, s := range all {
		came += s.rise()
	}
	for _, s := range all[:min(len(all), maxSuspects)] {
		share, perSecond := s.rise()/came, s.rise()/j.WindowS
		j.Suspects = append(j.Suspects, Suspect{
			Function: s.place.Function, File: s.place.File, Line: s.place.Line, Kind: "goroutine",
			ObjectsPerS: &perSecond, Share: &share, Leaf: s.place.Leaf, Stack: s.place.Stack,
		})
		j.say("%s: %s goroutines at first, %s at the end; of those seen twice %s were gone at the next look (counted).",
			at(s.place.Function, s.place.File, s.place.Line), units.Count(s.counts[0]), units.Count(s.counts[len(s.counts)-1]),
			units.Percent(s.hazard()))
	}
}
