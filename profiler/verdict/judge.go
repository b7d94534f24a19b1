package verdict

import (
	"fmt"
	"math"
	"slices"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
)

// Judge says what all that was seen amounts to.
func (h *History) Judge() Verdict {
	v := Verdict{Word: Insufficient, Suspects: []Suspect{}, Evidence: []string{}, Warnings: []string{}}
	if len(h.looks) < minLooks {
		v.Summary = fmt.Sprintf("Not enough was seen: %d of at least %d looks.", len(h.looks), minLooks)
		return v
	}
	j := h.newJudgement(&v)
	for _, rule := range [...]func(*judgement) bool{
		(*judgement).stale, (*judgement).requests, (*judgement).goroutines, (*judgement).heap, (*judgement).outside, (*judgement).early, (*judgement).quiet,
	} {
		if rule(j) {
			break
		}
	}
	return v
}

// A judgement is a verdict in the making.
type judgement struct {
	*Verdict
	h        *History
	floor    trend
	suspects []suspicion
	rate     float64 // bytes allocated a second, NaN when unknown
}

func (h *History) newJudgement(v *Verdict) *judgement {
	last := h.looks[len(h.looks)-1]
	v.WindowS = last.At.Sub(h.looks[0].At).Seconds()
	v.GCCycles = h.over(func(l *look) float64 { return l.GCCycles })
	j := &judgement{Verdict: v, h: h, suspects: h.suspicions(), rate: math.NaN()}
	j.floor = newTrend(h.seconds(), h.series(func(l *look) float64 { return l.Floor }))
	j.suspects = slices.DeleteFunc(j.suspects, func(s suspicion) bool {
		return s.Bytes.High < minPart*j.floor.slope.Low**h.report.Seconds
	})
	if j.floor.known() {
		v.Growth = &j.floor.slope
		v.say("The floor, what is alive after a collection, %s.", j.floorWords())
	}
	if bytes := h.over(func(l *look) float64 { return l.AllocBytes }); bytes != nil {
		j.rate = *bytes / v.WindowS
		v.say("%s was allocated, over %s collections.", units.BytesPerSecond(j.rate), cycles(v.GCCycles))
	}
	if !last.FloorExact {
		v.Warnings = append(v.Warnings, "The floor is an estimate: no collection was forced before each look.")
	}
	if h.report != nil {
		v.Warnings = append(v.Warnings, h.report.Warnings...)
	}
	return j
}

func (v *Verdict) say(format string, args ...any) {
	v.Evidence = append(v.Evidence, fmt.Sprintf(format, args...))
}

func cycles(n *float64) string {
	if n == nil {
		return "an unknown number of"
	}
	return units.Count(*n)
}

func (j *judgement) floorWords() string {
	first, last := j.floor.level(j.floor.x[0]), j.floor.level(j.floor.x[len(j.floor.x)-1])
	slope := j.floor.slope
	return fmt.Sprintf("went from %s to %s: %s (95 %% interval %s to %s)", units.Bytes(first), units.Bytes(last),
		signedRate(slope.Estimate), signedRate(slope.Low), signedRate(slope.High))
}

func signedRate(v float64) string { return units.SignedBytes(v) + "/s" }

// stale: without a collection nothing was seen twice.
func (j *judgement) stale() bool {
	if j.GCCycles == nil || *j.GCCycles > 0 {
		return false
	}
	j.Word, j.Confidence = Stale, 1
	j.Summary = "Too old to judge: no collection ended in the whole window."
	return true
}

// heap judges what is alive.
func (j *judgement) heap() bool {
	shape := j.h.shapeOf(&j.floor)
	top := j.top()
	if j.inFlight() && (shape != even || top == nil) {
		shape = flat
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

// inFlight reports whether the floor rose by no more than what is at work at any
// moment: a collection that falls into a request finds its garbage alive.
func (j *judgement) inFlight() bool {
	return j.floor.known() && j.floor.growth() < j.rate*atWork.Seconds()
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
	slope := j.floor.slope
	if top == nil {
		j.Word, j.Confidence = Growing, 0.6
		j.Summary = fmt.Sprintf("Growing by %s, and no line stands out yet: at this rate a longer look will tell.", signedRate(slope.Estimate))
		return
	}
	if least, most, unsteady := j.unsteady(); unsteady && !j.proves(top) {
		j.Word, j.Confidence = Growing, 0.5
		j.Summary = fmt.Sprintf("Growing by %s, while requests in flight go from %s to %s and back: what they hold comes and goes with them.",
			signedRate(slope.Estimate), units.Count(least), units.Count(most))
		return
	}
	if j.fades(top) {
		j.Word, j.Confidence = Warming, 0.7
		j.Summary = fmt.Sprintf("Warming up, not a leak so far: %s grows less and less.", where(top.Site))
		return
	}
	j.Word = Leak
	j.Confidence = certainty(j.floor.tau, top.Sampled.Grew)
	j.Summary = fmt.Sprintf("A leak: %s is kept, allocated at %s.", rateRange(growthOf(j, top)), where(top.Site))
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

// outside looks at what the Go heap does not explain.
func (j *judgement) outside() bool {
	rest := newTrend(j.h.seconds(), j.h.series(func(l *look) float64 { return l.OutsideGo }))
	if !rest.known() || rest.slope.Low <= 0 || rest.growth() < 4*minGrowth || j.h.slows(&rest) {
		return false
	}
	j.Word, j.Confidence = OffHeap, 0.8
	j.Summary = fmt.Sprintf("The process grows by %s outside the Go heap, which stands still: look at cgo, mmap and buffers of the kernel.",
		rateRange(rest.slope))
	return true
}

// early: the floor rose by much, and so few looks were taken that its interval
// still holds a fall. That is no time to say that nothing is kept.
func (j *judgement) early() bool {
	if len(j.h.looks) >= fewLooks || !j.floor.known() || j.inFlight() {
		return false
	}
	if rose := j.floor.growth(); rose < 4*minGrowth || rose < j.floor.level(j.floor.x[0])/2 {
		return false
	}
	j.Word, j.Confidence = Growing, 0.5
	j.Summary = fmt.Sprintf("Growing so far, by %s in %.0f s: too early to say whether it stays.", units.Bytes(j.floor.growth()), j.WindowS)
	return true
}

// quiet is what remains: nothing is kept.
func (j *judgement) quiet() bool {
	still := "the live heap stands still"
	if j.floor.known() {
		still = fmt.Sprintf("the live heap stands at %s", units.Bytes(j.floor.level(j.floor.x[len(j.floor.x)-1])))
	}
	j.Word, j.Confidence = Healthy, 0.9
	j.Summary = fmt.Sprintf("Healthy: %s and little is allocated.", still)
	if j.rate >= churnPerS {
		j.Word = Churn
		j.nameChurn()
		j.Summary = fmt.Sprintf("Churn, not a leak: %s is allocated and freed again; %s.", units.BytesPerSecond(j.rate), still)
		if len(j.Suspects) > 0 {
			j.Summary = fmt.Sprintf("Churn, not a leak: %s is allocated and freed again, most of it at %s; %s.",
				units.BytesPerSecond(j.rate), at(j.Suspects[0].Function, j.Suspects[0].File, j.Suspects[0].Line), still)
		}
	}
	return true
}
