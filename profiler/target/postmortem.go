package target

import (
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// looksBack is how many looks a judgement of the past takes: readings that
// stand closer say the same again.
const looksBack = 40

// PostMortem judges the last strategy of a life that has ended, by everything
// that was recorded of it. A life too short for a verdict while it lasted has
// left ten readings a second and its black box.
func (w *Watch) PostMortem(generation uint32) verdict.Verdict {
	looks := w.recordedLooks(generation)
	h := &verdict.History{UserCode: w.cfg.UserCode}
	snapshots := w.heapSnapshots(generation)
	for i, look := range looks {
		s := sight{look: look}
		// The newest that was taken since the look before stands for the rest.
		for len(snapshots) > 0 && (i == len(looks)-1 || !snapshots[0].Time.After(look.At)) {
			if body, err := w.cfg.Archive.Profile(snapshots[0].ID); err == nil {
				s.profile = body
			}
			snapshots = snapshots[1:]
		}
		if err := see(h, s); err != nil {
			w.cfg.Log.Warn("a look was left out of a post-mortem", "error", err)
		}
	}
	return h.Judge()
}

// recordedLooks are evenly spaced and begin where set-up has ended.
func (w *Watch) recordedLooks(generation uint32) []verdict.Look {
	var from time.Time
	for _, s := range w.series.Spans(from) {
		if s.Generation == generation && s.Strategy != "" {
			from = s.From
		}
	}
	readings := w.series.Readings(from)
	var looks []verdict.Look
	for i := range readings {
		if r := &readings[i]; r.Generation == generation && profiler.Known(r.Get(profiler.HeapLive)) {
			looks = append(looks, lookOf(r))
		}
	}
	if len(looks) == 0 {
		return nil
	}
	first, last := looks[0].At, looks[len(looks)-1].At
	settled := first.Add(min(settleFor, last.Sub(first)/4))
	every := last.Sub(settled) / looksBack
	var spaced []verdict.Look
	for i, l := range looks {
		if l.At.Before(settled) || i < len(looks)-1 && len(spaced) > 0 && l.At.Sub(spaced[len(spaced)-1].At) < every {
			continue
		}
		spaced = append(spaced, l)
	}
	return spaced
}

// heapSnapshots of a life, oldest first.
func (w *Watch) heapSnapshots(generation uint32) []profiler.Snapshot {
	life := profiler.Snapshot{Target: w.cfg.ID, Epoch: w.cfg.Epoch, Generation: generation}
	var all []profiler.Snapshot
	for _, s := range w.cfg.Archive.List() {
		if s.Kind == "heap" && s.SameLife(&life) {
			all = append(all, s)
		}
	}
	return all
}
