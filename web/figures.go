package web

import (
	"math"
	"strconv"
	"strings"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

// figure writes one figure as the page's script does, so that nothing changes
// its look when the stream takes over. Unknown is the empty figure.
func figure(f profiler.Figure, v float64) templates.Figure {
	if !profiler.Known(v) {
		return templates.Figure{}
	}
	switch f {
	case profiler.FigFloor, profiler.FigInUse, profiler.FigGoal, profiler.FigRSS, profiler.FigAllocPerRequest,
		profiler.FigHeapFree, profiler.FigHeapUnused, profiler.FigStacks, profiler.FigRuntime:
		return split(units.Bytes(v))
	case profiler.FigLimit, profiler.FigGoMemLimit:
		return limitFigure(v)
	case profiler.FigAllocBytes:
		return split(units.BytesPerSecond(v))
	case profiler.FigAllocObjects:
		return perSecond(units.ShortCount(v))
	case profiler.FigGCCPU, profiler.FigAssistCPU:
		return split(units.Percent(v))
	case profiler.FigPauseMax, profiler.FigPauseP50, profiler.FigPauseP99, profiler.FigLatencyP50, profiler.FigLatencyP99:
		return split(units.Seconds(v))
	case profiler.FigGoroutines, profiler.FigInFlight, profiler.FigGCCycles:
		return templates.Figure{Value: units.Count(v)}
	}
	return templates.Figure{Value: units.Number(v), Unit: "/s"}
}

// split parts "5.20 MB" at its last no-break space.
func split(s string) templates.Figure {
	if i := strings.LastIndex(s, "\u00a0"); i >= 0 {
		return templates.Figure{Value: s[:i], Unit: s[i+len("\u00a0"):]}
	}
	return templates.Figure{Value: s}
}

func perSecond(s string) templates.Figure {
	f := split(s)
	if _, err := strconv.ParseFloat(f.Unit, 64); err == nil { // the space stood between thousands
		return templates.Figure{Value: s, Unit: "/s"}
	}
	f.Unit += "/s"
	return f
}

// limitFigure writes a limit as it was set: 512 MiB, not 537 MB.
func limitFigure(v float64) templates.Figure {
	if mib := v / (1 << 20); mib == math.Trunc(mib) {
		return templates.Figure{Value: units.Count(mib), Unit: "MiB"}
	}
	return split(units.Bytes(v))
}

func allFigures(f profiler.Figures) map[string]templates.Figure {
	all := make(map[string]templates.Figure, len(f))
	for i, v := range f {
		all[profiler.Figure(i).String()] = figure(profiler.Figure(i), v)
	}
	return all
}
