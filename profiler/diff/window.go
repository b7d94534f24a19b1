package diff

import (
	"math"

	"github.com/google/pprof/profile"
)

// A window is what lies between the two profiles, as far as they and the
// caller tell.
type window struct {
	oneProcess bool
	cancels    bool // what is alive in both has no error: the heap of one process
	reversed   bool // head was taken before base
	stale      bool // no collection ended in between
	seconds    *float64
	warnings   []string
}

func newWindow(p *pair, base, head *profile.Profile, o Options) *window {
	w := &window{warnings: []string{}}
	timed := base.TimeNanos > 0 && head.TimeNanos > 0
	w.reversed = timed && head.TimeNanos < base.TimeNanos
	if w.reversed {
		w.warn("Base was taken after head: swap them to read growth as growth.")
	}
	w.judgeProcess(p, sameBuild(base, head), o.SameProcess)
	w.cancels = w.oneProcess && p.schema.kind == KindHeap
	if w.stale = p.schema.kind == KindHeap && o.GCCycles != nil && *o.GCCycles <= 0; w.stale {
		w.warn("No GC ended between base and head: live figures show the same moment twice.")
	}
	switch {
	case o.Seconds > 0:
		w.seconds = &o.Seconds
	case timed && w.oneProcess && base.TimeNanos != head.TimeNanos:
		seconds := math.Abs(float64(head.TimeNanos)-float64(base.TimeNanos)) / 1e9
		w.seconds = &seconds
	case !timed:
		w.warn("A profile does not say when it was taken: figures per second are unknown.")
	}
	if p.unsized {
		w.warn("The profiles do not say the size of each allocation: intervals are approximate.")
	}
	if p.schema.kind == KindHeap && head.Period <= 0 {
		w.warn("The profiles do not say how they were sampled: figures are taken as exact.")
	}
	return w
}

// judgeProcess decides whether both profiles are of one process. Cumulative
// counts that fall disprove it, whatever the caller was told.
func (w *window) judgeProcess(p *pair, sameBuild bool, told *bool) {
	fell := false
	for i := range p.buckets {
		if c := w.inTime(p.counts(&p.buckets[i])); c.fell() {
			fell = true
			break
		}
	}
	w.oneProcess = !fell && sameBuild
	if told != nil {
		w.oneProcess = *told && !fell
	}
	if w.oneProcess || p.schema.kind == KindGoroutine {
		return
	}
	if told != nil && *told {
		w.warn("Allocation counts fell, so these are two processes though said to be one: intervals are wider.")
		return
	}
	w.warn("Base and head are different processes: their sampling errors add, so intervals are wider.")
}

// inTime returns the counts with the earlier profile as base.
func (w *window) inTime(c counts) counts {
	if w.reversed {
		return c.swap()
	}
	return c
}

func (w *window) warn(sentence string) { w.warnings = append(w.warnings, sentence) }

// sameBuild is false only when both profiles name their binary and the names
// differ.
func sameBuild(base, head *profile.Profile) bool {
	if len(base.Mapping) == 0 || len(head.Mapping) == 0 {
		return true
	}
	b, h := base.Mapping[0], head.Mapping[0]
	if b.BuildID != "" && h.BuildID != "" {
		return b.BuildID == h.BuildID
	}
	return b.File == h.File && b.Start == h.Start
}
