package web

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/chart"
)

// A reportStrip is one chart of a report, as the live page has it.
type reportStrip struct {
	title, about string
	height       int
	left, right  chart.Axis
	lines        []reportLine // from back to front
	failures     bool
}

type reportLine struct {
	figure profiler.Figure
	label  string
	class  string
	right  bool
}

var reportStrips = []reportStrip{
	{"Memory", "Memory: live after each collection, the collector's goal and RSS, below the limit", 240, chart.Axis{Kind: chart.Bytes, Least: 1e6}, chart.Axis{}, []reportLine{
		{profiler.FigRSS, "RSS", "rss", false}, {profiler.FigGoal, "GC goal", "goal", false}, {profiler.FigFloor, "live after GC", "floor", false},
	}, false},
	{"Allocated", "Allocation rate in bytes and in objects", 120, chart.Axis{Kind: chart.Bytes, Unit: "/s", Least: 1e3}, chart.Axis{Kind: chart.Plain, Unit: "/s", Least: 100}, []reportLine{
		{profiler.FigAllocObjects, "objects", "b", true}, {profiler.FigAllocBytes, "bytes", "a", false},
	}, false},
	{"GC", "Collections per second, their share of the CPU, and the longest pause", 120, chart.Axis{Kind: chart.Plain, Unit: "per s, %", Least: 2}, chart.Axis{Kind: chart.Seconds, Least: 1e-4}, []reportLine{
		{profiler.FigPauseMax, "max pause", "c", true}, {profiler.FigGCCPU, "GC CPU", "b", false}, {profiler.FigGCRate, "cycles", "a", false},
	}, false},
	{"Goroutines, in flight", "Goroutines and requests in flight", 120, chart.Axis{Kind: chart.Plain, Least: 10}, chart.Axis{}, []reportLine{
		{profiler.FigInFlight, "in flight", "b", false}, {profiler.FigGoroutines, "goroutines", "a", false},
	}, false},
	{"Requests", "Requests per second, latency, and failures as blocks", 120, chart.Axis{Kind: chart.Plain, Unit: "per s", Least: 10}, chart.Axis{Kind: chart.Seconds, Least: 1e-3}, []reportLine{
		{profiler.FigLatencyP50, "p50", "c", true}, {profiler.FigLatencyP99, "p99", "b", true}, {profiler.FigRequests, "answered", "a", false},
	}, true},
}

// tableRows bounds the table under the charts: a thinned one can be read.
const tableRows = 60

// reportCharts draws a window of a series. Its marks are numbered as in the
// table of what happened.
func reportCharts(v *templates.ReportView, w *profiler.Window, marks []profiler.Mark, spans []profiler.Span, from, to time.Time) {
	if len(w.At) == 0 || !w.At[0].Before(to) {
		return
	}
	if w.At[0].After(from) {
		from = w.At[0] // nobody has watched before
	}
	p := &chart.Picture{From: from, To: to, Times: w.At, Generation: w.Generation, Every: w.Every}
	p.Gaps = p.Unknown(w.Values[profiler.FigFloor])
	for i, m := range marks {
		if m.Reason == profiler.ReasonInterval {
			p.Marks = append(p.Marks, chart.Mark{At: m.At, Kind: string(m.Kind)})
		} else {
			p.Marks = append(p.Marks, chart.Mark{At: m.At, Kind: string(m.Kind), Number: numberOf(marks, i)})
		}
	}
	for _, s := range spans {
		p.Spans = append(p.Spans, chart.Span{From: s.From, To: s.To, Name: fmt.Sprintf("%s · generation %d", s.Strategy, s.Generation)})
	}
	v.Lane = p.Lane("The time, what ran, and the numbers of what happened")
	for i := range reportStrips {
		v.Strips = append(v.Strips, reportStrips[i].draw(p, w))
	}
	v.Readings = readingsTable(w)
}

// numberOf counts the marks up to one that a table lists.
func numberOf(marks []profiler.Mark, at int) int {
	number := 0
	for _, m := range marks[:at+1] {
		if m.Reason != profiler.ReasonInterval {
			number++
		}
	}
	return number
}

func (s *reportStrip) draw(p *chart.Picture, w *profiler.Window) templates.ReportStrip {
	drawn := chart.Strip{About: s.about, Height: s.height, Left: s.left, Right: s.right}
	view := templates.ReportStrip{Title: s.title}
	for _, l := range s.lines {
		line := chart.Line{Class: l.class, Values: w.Values[l.figure], Right: l.right}
		switch l.figure {
		case profiler.FigFloor:
			line.Cycles = w.Values[profiler.FigGCCycles]
		case profiler.FigGCCPU:
			line.Values = percents(line.Values)
		}
		drawn.Lines = append(drawn.Lines, line)
		view.Keys = append(view.Keys, legendOf(l.class, l.label, l.figure, w))
	}
	slices.Reverse(view.Keys) // the one in front first
	if s.failures {
		drawn.Failures = sum(w.Values[profiler.FigErrors], w.Values[profiler.FigWrong])
	}
	if s.lines[len(s.lines)-1].figure == profiler.FigFloor {
		for _, l := range []struct {
			class, name string
			figure      profiler.Figure
		}{{"limit", "limit", profiler.FigLimit}, {"gomemlimit", "GOMEMLIMIT", profiler.FigGoMemLimit}} {
			level := lastKnown(w.Values[l.figure])
			f := figure(l.figure, level)
			drawn.Limits = append(drawn.Limits, chart.Limit{
				Class: l.class, Name: l.name + " " + f.Value + "\u00a0" + f.Unit, At: level, Hatched: l.figure == profiler.FigLimit,
			})
			if profiler.Known(level) {
				view.Keys = append(view.Keys, templates.ReportKey{Line: l.class, Label: l.name, Last: f})
			}
		}
	}
	view.SVG = p.Draw(drawn)
	return view
}

func legendOf(class, label string, f profiler.Figure, w *profiler.Window) templates.ReportKey {
	most := profiler.Unknown
	for _, v := range w.Values[f] {
		if profiler.Known(v) && !(v <= most) {
			most = v
		}
	}
	return templates.ReportKey{Line: class, Label: label, Last: figure(f, lastKnown(w.Values[f])), Most: figure(f, most)}
}

func lastKnown(values []float64) float64 {
	for _, v := range slices.Backward(values) {
		if profiler.Known(v) {
			return v
		}
	}
	return profiler.Unknown
}

func percents(shares []float64) []float64 {
	all := make([]float64, len(shares))
	for i, v := range shares {
		all[i] = 100 * v
	}
	return all
}

// sum adds what is known of two rates.
func sum(a, b []float64) []float64 {
	all := make([]float64, len(a))
	for i := range a {
		for _, v := range []float64{a[i], b[i]} {
			if profiler.Known(v) {
				all[i] += v
			}
		}
	}
	return all
}

// readingsTable is what is drawn, in figures.
func readingsTable(w *profiler.Window) templates.ReportTable {
	step := (len(w.At) + tableRows - 1) / tableRows
	t := templates.ReportTable{Columns: []string{"time", "generation"}}
	t.About = "Every reading."
	if step > 1 {
		t.About = "One reading in " + strconv.Itoa(step) + "; GET /api/v1/readings.csv has them all while leakline runs."
	}
	var shown []profiler.Figure
	for _, s := range reportStrips {
		for _, l := range slices.Backward(s.lines) {
			shown = append(shown, l.figure)
			t.Columns = append(t.Columns, l.label)
		}
	}
	for i := len(w.At) - 1; i >= 0; i -= step {
		row := []string{clock(w.At[i].Local()), strconv.Itoa(int(w.Generation[i]))}
		for _, f := range shown {
			value := figure(f, w.Values[f][i])
			if value.Unit != "" {
				value.Value += "\u00a0" + value.Unit
			}
			row = append(row, value.Value)
		}
		t.Rows = append(t.Rows, row)
	}
	slices.Reverse(t.Rows)
	return t
}
