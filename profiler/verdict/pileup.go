package verdict

import (
	"fmt"

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
