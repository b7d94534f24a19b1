package verdict

import (
	"fmt"
	"math"
	"slices"

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
	pile     trend // requests in flight
	suspects []suspicion
	rate     float64 // bytes allocated a second, NaN when unknown
	held     bool    // requests in flight may hold what the floor rose by
}

func (h *History) newJudgement(v *Verdict) *judgement {
	last := h.looks[len(h.looks)-1]
	v.WindowS = last.At.Sub(h.looks[0].At).Seconds()
	v.GCCycles = h.over(func(l *look) float64 { return l.GCCycles })
	j := &judgement{Verdict: v, h: h, suspects: h.suspicions(), rate: math.NaN()}
	j.floor = newTrend(h.seconds(), h.series(func(l *look) float64 { return l.Floor }))
	j.pile = newTrend(h.seconds(), h.series(func(l *look) float64 { return l.InFlight }))
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
	j.held = j.mayHold()
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

// minOutside is by how many bytes a process must grow outside Go: its own code,
// read from the disk as it is first used, is some megabytes.
const minOutside = 8 << 20

// outside looks at what the Go heap does not explain.
func (j *judgement) outside() bool {
	rest := newTrend(j.h.seconds(), j.h.series(func(l *look) float64 { return l.OutsideGo }))
	if len(j.h.looks) < fewLooks || !rest.known() || rest.slope.Low <= 0 || rest.growth() < minOutside || rest.sloped() < rest.growth()*2/3 || j.h.slows(&rest) {
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
	if len(j.h.looks) >= fewLooks || !j.floor.known() || j.atWork() || j.held && j.oneOrTwo() {
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
