package target

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/verdict"
)

const (
	holderTries = 3 // heap graphs taken for one window of a verdict
	holderAgain = 20 * time.Second
)

// A keeper is who holds what a suspect allocates.
type keeper struct {
	name     string
	sentence string
}

// suspectKey is how a suspect and a site of a heap graph are found to be one.
func suspectKey(function string, line int) string { return fmt.Sprintf("%s:%d", function, line) }

// FindHolders asks for a heap graph whenever a leak has been found and nobody
// knows who holds it, until ctx ends. It is for processes of our own: the
// graph has the process stand still.
func (w *Watch) FindHolders(ctx context.Context) error {
	var last time.Time
	window, tries := 0, 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-w.judge.wonder:
			if now != window {
				window, tries, last = now, 0, time.Time{}
			}
		}
		if tries >= holderTries || time.Since(last) < holderAgain {
			continue
		}
		tries, last = tries+1, time.Now()
		s, graph, err := w.HeapGraph(ctx, false, "observer")
		if err != nil {
			if ctx.Err() == nil {
				w.cfg.Log.Warn("who holds a leak was not found", "error", err)
			}
			continue
		}
		w.judge.learn(window, keepersOf(w.Verdict(), graph, w.requestsBefore(s)))
		if w.cfg.OnGraph != nil {
			w.cfg.OnGraph(s, graph)
		}
	}
}

// requestsBefore is how many requests were answered before a snapshot by what
// runs, unknown when it has run before in this life: what it kept then counts
// too.
func (w *Watch) requestsBefore(s profiler.Snapshot) float64 {
	w.order.Lock()
	from := w.judge.from
	w.order.Unlock()
	for _, span := range w.series.Spans(time.Time{}) {
		if span.Generation == s.Generation && span.Strategy == s.Strategy && !span.To.IsZero() {
			return profiler.Unknown
		}
	}
	for _, r := range w.series.Readings(from) {
		if before := r.Get(profiler.Requests); s.Requests != nil && r.Generation == s.Generation && profiler.Known(before) {
			return float64(*s.Requests) - before
		}
	}
	return profiler.Unknown
}

// fewestEntries is how many there must be to say how often one comes.
const fewestEntries = 20

// howOften says how many requests went by for each entry; nothing where that
// is not known.
func howOften(requests float64, entries int) string {
	switch each := requests / float64(entries); {
	case entries < fewestEntries || !(each >= 0.95):
		return ""
	case each < 1.05:
		return ", about one for each request"
	default:
		return fmt.Sprintf(", about one for each %s requests", strconv.FormatFloat(math.Round(10*each)/10, 'f', -1, 64))
	}
}

// keepersOf finds who holds what each heap suspect allocates, and what is held
// most of in the graph, for a suspect may be named only later; requests were
// answered since it began, unknown if nobody counted.
func keepersOf(v verdict.Verdict, a *heapgraph.Analysis, requests float64) map[string]keeper {
	found := make(map[string]keeper)
	for key := range asked(v, a) {
		held := a.Holders(func(site *heapgraph.Site) bool { return suspectKey(site.Function(), site.Line()) == key }, 1)
		if len(held) > 0 && held[0].Kind != heapgraph.Unlisted {
			found[key] = keeper{held[0].Name, held[0].Sentence() + howOften(requests, held[0].Entries)}
		}
	}
	return found
}

// topRoots is how many of the roots that hold most have their sites looked up.
const topRoots = 3

// asked is the set of places whose holder may be wondered at.
func asked(v verdict.Verdict, a *heapgraph.Analysis) map[string]bool {
	keys := make(map[string]bool)
	for _, s := range v.Suspects {
		if s.Kind == "heap" {
			keys[suspectKey(s.Function, s.Line)] = true
		}
	}
	for _, root := range a.Top(topRoots) {
		for _, site := range root.Sites {
			keys[suspectKey(site.Function, site.Line)] = true
		}
	}
	return keys
}

// NameHolders adds to a verdict who holds what its heap suspects allocate.
func NameHolders(v verdict.Verdict, a *heapgraph.Analysis) verdict.Verdict {
	return named(v, keepersOf(v, a, profiler.Unknown))
}

// learn takes in who holds what in a window, and tells it if that is still the
// present one.
func (j *judge) learn(window int, found map[string]keeper) {
	j.mu.Lock()
	if j.judged != window || len(found) == 0 {
		j.mu.Unlock()
		return
	}
	j.keepers = found
	j.latest = named(j.latest, j.keepers)
	v := j.latest
	j.mu.Unlock()
	if j.told != nil {
		j.told(v)
	}
}

// named adds to a verdict who holds what.
func named(v verdict.Verdict, keepers map[string]keeper) verdict.Verdict {
	suspects := make([]verdict.Suspect, len(v.Suspects))
	copy(suspects, v.Suspects)
	for i := range suspects {
		k, known := keepers[suspectKey(suspects[i].Function, suspects[i].Line)]
		if !known || suspects[i].Holder != "" {
			continue
		}
		suspects[i].Holder = k.name
		if i == 0 {
			v.Summary += " " + k.sentence + "."
		}
	}
	v.Suspects = suspects
	return v
}

// wonders asks who holds what a leak's first suspect allocates, if that is not
// known. j.mu must be held.
func (j *judge) wonders(v verdict.Verdict, window int) {
	if v.Word != verdict.Leak || len(v.Suspects) == 0 || v.Suspects[0].Kind != "heap" || v.Suspects[0].Holder != "" {
		return
	}
	select {
	case j.wonder <- window:
	default:
	}
}
