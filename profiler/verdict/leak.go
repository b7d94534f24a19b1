package verdict

import (
	"fmt"
	"math"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
)

// heap judges what is alive.
func (j *judgement) heap() bool {
	shape := j.h.shapeOf(&j.floor)
	top := j.top()
	if shape != even && (j.atWork() || j.held) || shape == even && j.passes(top) {
		shape = flat
	}
	if shape == slowing && top != nil && keep(top.Site) >= 2*retained && j.h.steady(&top.over) {
		shape = even // two witnesses do not agree, and a site is not misled by garbage
	}
	if shape != even && top != nil && j.proves(top) {
		shape = even // one site grows without loss while the whole goes up and down
	}
	switch shape {
	case stepped:
		j.Word, j.Confidence = Step, 0.9
		j.Summary = fmt.Sprintf("A step, not a leak: the live heap rose by %s at once and has stood since.", units.Bytes(j.floor.growth()))
	case slowing:
		j.Word, j.Confidence = Warming, 0.85
		j.Summary = fmt.Sprintf("Warming up, not a leak so far: the live heap grew by %s and grows less and less.", units.Bytes(j.floor.growth()))
	case even:
		j.leakOrGrowing(top)
	default:
		return false
	}
	j.nameHeap(j.suspects)
	if len(j.Suspects) > 0 && j.Suspects[0].Holder == "" && j.Word == Leak {
		j.Warnings = append(j.Warnings, "Allocated here; what keeps it alive may be elsewhere.")
	}
	return true
}

// atWork reports whether the floor rose by no more than what is at work at any
// moment: a collection that falls into a request finds its garbage alive.
func (j *judgement) atWork() bool {
	return j.floor.known() && j.floor.growth() < j.rate*working.Seconds()
}

// oneOrTwo reports whether one or two requests more would explain the growth.
func (j *judgement) oneOrTwo() bool { return j.floor.growth() < roomy*j.each() }

// passes reports whether even growth is nothing at all: what is at work, where no
// line tells, or a request or two, where none keeps what it allocates.
func (j *judgement) passes(top *suspicion) bool {
	return j.atWork() && top == nil || j.held && j.oneOrTwo() && (top == nil || keep(top.Site) < retained)
}

func (j *judgement) top() *suspicion {
	if len(j.suspects) == 0 {
		return nil
	}
	return &j.suspects[0]
}

// proves reports whether a site alone shows that memory is kept: many sampled
// objects came, hardly any went, and they came to the end.
func (j *judgement) proves(s *suspicion) bool {
	return s.Sampled.Grew >= fewSampled && keep(s.Site) >= 2*retained && s.over.slope.Low > 0 && !j.h.slows(&s.over)
}

// leakOrGrowing decides on an even growth. The floor proves that memory is
// kept; a site that keeps what it allocates says where.
func (j *judgement) leakOrGrowing(top *suspicion) {
	perS := units.BytesPerSecond(j.floor.slope.Estimate)
	if top == nil {
		j.growing(0.6, "Growing by %s, and no line stands out yet: at this rate a longer look will tell.", perS)
		return
	}
	proven := j.proves(top)
	if least, most, unsteady := j.unsteady(top); unsteady && !proven {
		j.growing(0.5, "Growing by %s, while requests in flight go from %s to %s and back: what they hold comes and goes with them.",
			perS, units.Count(least), units.Count(most))
		return
	}
	switch {
	case j.fades(top):
		j.Word, j.Confidence = Warming, 0.7
		j.Summary = fmt.Sprintf("Warming up, not a leak so far: %s grows less and less.", where(top.Site))
	case !proven && j.held:
		j.growing(0.5, "Growing by %s so far, and no more than the requests in flight can hold: a longer look will tell.", perS)
	case !proven && j.atWork() && keep(top.Site) < retained:
		j.growing(0.5, "Growing by %s so far, and no more than is at work at any moment: a longer look will tell.", perS)
	case !proven && j.cameAtOnce(top):
		j.growing(0.5, "Growing by %s so far, but what %s keeps came at once: a longer look will tell.", perS, where(top.Site))
	case !proven && j.h.slows(&j.floor) && !j.h.steady(&top.over):
		j.growing(0.5, "Growing by %s and less of late: a longer look will tell.", perS)
	default:
		j.Word, j.Confidence = Leak, certainty(j.floor.tau, top.Sampled.Grew)
		j.Summary = fmt.Sprintf("A leak: %s is kept, allocated at %s.", rateRange(growthOf(j, top)), where(top.Site))
	}
}

func (j *judgement) growing(confidence float64, format string, args ...any) {
	j.Word, j.Confidence = Growing, confidence
	j.Summary = fmt.Sprintf(format, args...)
}

// unsettled are the last looks, after which too few came to tell what stays.
const unsettled = 3

// cameAtOnce reports whether a site grew within two looks and has rested since,
// as connections do. Where too few profiles tell, the floor does.
func (j *judgement) cameAtOnce(top *suspicion) bool {
	if top.over.known() {
		return top.over.rests()
	}
	kept := j.floor.kept()
	n := max(0, len(kept.y)-unsettled)
	kept.x, kept.y = kept.x[:n], kept.y[:n]
	return kept.known() && kept.rests()
}

// fades reports whether growth that noise half hides comes to rest: both
// witnesses have to say so, because each alone is wrong now and then.
func (j *judgement) fades(top *suspicion) bool {
	clear := j.floor.known() && j.floor.growth() > clearGrowth*j.floor.noise()
	return !clear && top.Sampled.Grew >= fewSampled && top.over.known() && j.h.slows(&top.over) &&
		(!j.floor.known() || j.h.slows(&j.floor))
}

func growthOf(j *judgement, top *suspicion) diff.Interval {
	if j.floor.known() && j.floor.slope.Low > 0 {
		return j.floor.slope
	}
	if perSecond := j.h.report.PerSecond(top.Bytes); perSecond != nil {
		return *perSecond
	}
	return j.floor.slope
}

// certainty combines how monotone the floor is with how many objects stayed:
// each alone could be chance, at the rate of a normal deviate and of coins that
// all fell on one side.
func certainty(tau, stayed float64) float64 {
	chance := 0.5 * math.Erfc(max(tau, 0)/math.Sqrt2) * math.Pow(0.5, min(stayed, 20))
	return math.Round(100*min(max(1-20*chance, 0.5), 0.99)) / 100
}
