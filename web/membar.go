package web

import (
	"math"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

// limitInSight is how full the limit must be for the bar to end there: farther
// off it would press the parts together, and stands in the legend alone.
const limitInSight = 0.2

// Lengths on the bar, in percent of it.
const (
	barWidth  = 100
	tickWidth = 0.4 // of a limit
)

// A memPart is a piece of the bar, in bytes.
type memPart struct {
	key, label string
	bytes      float64
}

// memParts says where memory is, in the order of the bar. The runtime counts
// what it has mapped, the kernel what is resident. Where more is mapped, no part
// is made smaller for it: the difference is a part of its own, which is negative,
// so that the parts add up to RSS all the same. The page's script does the same.
func memParts(f profiler.Figures, exact bool) []memPart {
	use, floor, runtime, rss := f[profiler.FigInUse], f[profiler.FigFloor], f[profiler.FigRuntime], f[profiler.FigRSS]
	free, stacks := f[profiler.FigHeapFree]+f[profiler.FigHeapUnused], f[profiler.FigStacks]
	if !profiler.Known(use) {
		return nil
	}
	parts := []memPart{{"live", "in use, live or not", use}}
	if profiler.Known(floor) {
		live := min(floor, use) // two readings may lie either side of a collection
		parts = []memPart{{"live", "live", live}, {"dead", "dead, or newer than the last GC", use - live}}
		if !exact {
			parts[0].label = "live, estimated"
		}
	}
	if !profiler.Known(runtime) {
		return parts
	}
	if own := runtime - use - free - stacks; profiler.Known(own) {
		parts = append(parts, memPart{"free", "free, kept by Go", free}, memPart{"stacks", "stacks", stacks}, memPart{"runtime", "the runtime's own", own})
	} else {
		parts = append(parts, memPart{"free", "free, stacks, the runtime's own", runtime - use})
	}
	switch {
	case rss >= runtime:
		parts = append(parts, memPart{"outside", "outside Go", rss - runtime})
	case rss < runtime:
		parts = append(parts, memPart{"absent", "mapped, not resident", rss - runtime})
	}
	return parts
}

// memNote says what the bar cannot tell.
func memNote(f profiler.Figures, parts []memPart) string {
	var notes []string
	known := func(fig profiler.Figure) bool { return profiler.Known(f[fig]) }
	divided := known(profiler.FigStacks) // which an agent alone tells
	switch {
	case len(parts) == 0:
		notes = append(notes, "Nothing is known of its memory now.")
	case !known(profiler.FigRSS):
		notes = append(notes, "RSS is not known here, so neither is what lies outside Go.")
	case !known(profiler.FigRuntime):
		notes = append(notes, "How much Go has mapped is not known here, so neither is the rest of RSS.")
	case f[profiler.FigRSS] < f[profiler.FigRuntime]:
		notes = append(notes, "Go has mapped more than is resident; in which of its parts that lies cannot be told, nor what lies outside Go.")
	}
	if len(parts) > 0 && !divided {
		notes = append(notes, "How free memory, stacks and the runtime's own divide is told by leakline's agent.")
	}
	if divided && known(profiler.FigLimit) && !known(profiler.FigGoMemLimit) {
		notes = append(notes, "GOMEMLIMIT is off: the collector does not know of the limit.")
	}
	return strings.Join(notes, " ")
}

// memTotal is what the parts add up to, and what that is.
func memTotal(f profiler.Figures) (total float64, what string) {
	switch {
	case profiler.Known(f[profiler.FigRSS]):
		return f[profiler.FigRSS], "RSS"
	case profiler.Known(f[profiler.FigRuntime]):
		return f[profiler.FigRuntime], "mapped by Go"
	}
	return f[profiler.FigInUse], "in use by Go"
}

// nowhere is said where no part is known, as the page's script says it.
const nowhere = "Where memory is, is not known."

// memBar reconciles RSS with what the runtime says of itself. by is what
// enforces the limit, where that is known.
func memBar(f profiler.Figures, at time.Time, exact bool, by string) templates.MemBar {
	bar := templates.MemBar{Aside: "not read yet", Says: nowhere, By: by, Exact: exact}
	parts := memParts(f, exact)
	bar.Note = memNote(f, parts)
	if len(parts) == 0 {
		return bar
	}
	total, what := memTotal(f)
	bar.Total, bar.Aside = units.Bytes(total), what+", at "+clock(at)
	limit, mapped := f[profiler.FigLimit], f[profiler.FigRuntime]
	if room := limit - total; room >= 0 && what == "RSS" {
		bar.Aside += " · " + units.Bytes(room) + " of room"
	}
	end := total
	if mapped > end {
		end = mapped
	}
	if end >= limitInSight*limit {
		end = max(end, limit)
	}
	bar.Parts = append(drawn(parts, end), memTicks(f, end)...)
	var said []string
	for _, p := range bar.Parts {
		said = append(said, p.Label+" "+p.Value)
	}
	bar.Says = what + " " + bar.Total + ": " + strings.Join(said, ", ")
	return bar
}

// drawn lays the parts out end to end; what is not resident lies over the end
// of what is mapped.
func drawn(parts []memPart, end float64) (shown []templates.MemPart) {
	x := 0.0
	for _, p := range parts {
		shown = append(shown, templates.MemPart{
			Key: p.key, Label: p.label, Value: bytesOf(p.bytes),
			X: barWidth * (x + min(p.bytes, 0)) / end, Width: barWidth * math.Abs(p.bytes) / end,
		})
		x += p.bytes
	}
	return shown
}

// bytesOf writes an amount that may be owed.
func bytesOf(v float64) string {
	if v < 0 {
		return units.SignedBytes(v)
	}
	return units.Bytes(v)
}

// memTicks are the limits; one that lies beyond the bar has no width on it.
func memTicks(f profiler.Figures, end float64) (ticks []templates.MemPart) {
	for _, t := range []struct {
		key, label string
		fig        profiler.Figure
	}{{"limit", "limit", profiler.FigLimit}, {"gomemlimit", "GOMEMLIMIT", profiler.FigGoMemLimit}} {
		v := f[t.fig]
		if !profiler.Known(v) {
			continue
		}
		w := figure(t.fig, v)
		tick := templates.MemPart{Key: t.key, Label: t.label, Value: w.Value + "\u00a0" + w.Unit}
		if v <= end {
			tick.X, tick.Width = barWidth*v/end-tickWidth, tickWidth
		}
		ticks = append(ticks, tick)
	}
	return ticks
}
