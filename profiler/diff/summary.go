package diff

import (
	"fmt"
	"path"
	"strings"

	"github.com/leakline/leakline/profiler/units"
)

// summarise says in one sentence, two at most, what the report shows: who
// moved, by how much and with what doubt; or that nothing did, and who was busy
// all the same.
func summarise(r *Report, w *window) string {
	cumulative := isAlloc(r.Sample) && r.SameProcess
	switch {
	case w.stale:
		return "Too old to judge: no GC ended between base and head. Force one, or take the next snapshot later."
	case cumulative && w.reversed:
		return "Base was taken after head: swap them to read what was allocated in between."
	case len(r.Sites) == 0 || r.Sites[0].Noise && isAlloc(r.Sample):
		return nothing(r)
	case r.Sites[0].Noise:
		return nothing(r) + " " + allocated(r, &r.Sites[0])
	case cumulative:
		return allocated(r, &r.Sites[0])
	}
	return moved(r, &r.Sites[0])
}

// nothing says that no site moved, and how much could have moved unseen.
func nothing(r *Report) string {
	if r.Kind == KindGoroutine {
		return "Nothing changed: the same goroutines stand at the same lines."
	}
	noun := "live memory"
	switch {
	case isAlloc(r.Sample) && r.SameProcess:
		return "Nothing was allocated beyond the sampling noise."
	case isAlloc(r.Sample):
		noun = "what is allocated"
	case r.Sample == InuseObjects:
		noun = "the number of live objects"
	}
	if r.Total.Low == r.Total.High {
		return fmt.Sprintf("Nothing changed: %s is the same.", noun)
	}
	return fmt.Sprintf("No site changed beyond the sampling noise: %s moved by %s in all.",
		noun, r.spread(&r.Total))
}

// allocated says what a site made and what became of it. Two processes each
// had their own pace, so between them there is only more and less.
func allocated(r *Report, s *Site) string {
	sample, pace := r.Sample, ""
	if !isAlloc(sample) {
		sample = AllocSpace
	}
	amount := s.Value(sample)
	switch perRequest, perSecond := r.PerRequest(amount), r.PerSecond(amount); {
	case !r.SameProcess && amount.Estimate < 0:
		amount, pace = ptr(amount.negate()), " less"
	case !r.SameProcess:
		pace = " more"
	case perRequest != nil:
		amount, pace = perRequest, " per request"
	case perSecond != nil:
		amount, pace = perSecond, " per second"
	}
	return fmt.Sprintf("%s allocated %s%s at %s%s.",
		ShortName(s.Function), estimate(amount, sample), pace, place(s), fate(r, s))
}

// fate is the end of a sentence about what a site allocated in the window.
func fate(r *Report, s *Site) string {
	switch {
	case s.Kept == nil || !r.SameProcess:
		return ""
	case *s.Kept < 0.005:
		return " and kept none of it"
	case *s.Kept > 0.995:
		return " and kept all of it"
	}
	return " and kept " + units.Percent(*s.Kept) + " of it"
}

// moved says by how much the first site changed and what share that is.
func moved(r *Report, s *Site) string {
	change := s.Value(r.Sample)
	direction, amount := "more", *change
	if change.Estimate < 0 {
		direction, amount = "less", change.negate()
	}
	if r.Kind == KindGoroutine {
		return standing(amount.Estimate, direction, s)
	}
	verb := "holds"
	if isAlloc(r.Sample) {
		verb = "allocated"
	}
	sentence := fmt.Sprintf("%s %s %s %s at %s%s", ShortName(s.Function), verb, estimate(&amount, r.Sample), direction, place(s), share(s))
	if change.Estimate < 0 || isAlloc(r.Sample) {
		return sentence + "."
	}
	if s.Kept != nil {
		sentence += ", and kept " + units.Percent(*s.Kept) + " of what it allocated"
	}
	return sentence + ". Allocated here; the holder may be elsewhere."
}

// standing is the sentence for goroutines, which are counted exactly.
func standing(n float64, direction string, s *Site) string {
	if direction == "less" {
		direction = "fewer"
	}
	noun := "goroutines stand"
	if n == 1 {
		noun = "goroutine stands"
	}
	return fmt.Sprintf("%s %s %s at %s, in %s%s.", units.Count(n), direction, noun, place(s), ShortName(s.Function), share(s))
}

func share(s *Site) string {
	if s.Share == nil {
		return ""
	}
	return ", " + units.Percent(*s.Share) + " of all growth"
}

func place(s *Site) string {
	return fmt.Sprintf("%s:%d", path.Base(strings.ReplaceAll(s.File, `\`, "/")), s.Line)
}

// estimate writes a figure of a sample with its doubt and noun.
func estimate(iv *Interval, sample string) string {
	if InBytes(sample) {
		return units.ByteEstimate(iv.Low, iv.Estimate, iv.High)
	}
	return units.CountEstimate(iv.Low, iv.Estimate, iv.High) + " objects"
}

func (r *Report) spread(iv *Interval) string {
	if InBytes(r.Sample) {
		return units.ByteRange(iv.Low, iv.High)
	}
	return units.CountRange(iv.Low, iv.High)
}
