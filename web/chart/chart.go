// Package chart draws what a process did over time as SVG that needs no script:
// the strips of the live page, for paper and for files that are taken home.
// Colours and dashes come from the style sheet of whoever shows it.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"time"
)

// Lengths in user units, which are CSS pixels where a picture is shown full size.
const (
	Width   = 960
	left    = 48
	right   = Width - 66
	plotTop = 14
)

// A Picture is what all its strips share: one stretch of time, when readings
// came, what is not known and what happened.
type Picture struct {
	From, To   time.Time
	Times      []time.Time
	Generation []uint32      // the life each reading is of
	Every      time.Duration // between two readings
	Gaps       []Gap
	Marks      []Mark // oldest first
	Spans      []Span
}

// A Gap is a stretch of which nothing is known.
type Gap struct{ From, To time.Time }

// A Mark is something that happened.
type Mark struct {
	At     time.Time
	Kind   string // class of its line
	Number int    // by which a table says what it is; 0 for a tick on the axis
}

// A Span is a stretch in which one thing ran.
type Span struct {
	From, To time.Time
	Name     string
}

// A Strip is one chart.
type Strip struct {
	About    string // in a sentence, for who does not see it
	Height   int
	Left     Axis
	Right    Axis // zero for none
	Lines    []Line
	Limits   []Limit
	Failures []float64 // a rate for each reading, drawn as blocks on the baseline
}

// A Line has a value for each reading of the picture, NaN where it is unknown.
type Line struct {
	Class  string
	Values []float64
	Right  bool // on the second axis

	// Cycles counts what the values are measured by. Where it is set the line
	// goes straight from one measurement to the next, with a dot on each.
	Cycles []float64
}

// A Limit is a level with its name under it.
type Limit struct {
	Class, Name string
	At          float64 // NaN for none
	Hatched     bool    // nothing lives above it
}

// A drawing is a strip on its way into SVG.
type drawing struct {
	strings.Builder
	*Picture
	strip        *Strip
	top, bottom  float64
	axis, beside axis
}

// Draw returns a strip as an SVG element.
func (p *Picture) Draw(s Strip) string {
	d := &drawing{Picture: p, strip: &s, top: plotTop, bottom: float64(s.Height) - 8}
	d.chooseAxes()
	d.printf(`<svg class="chart" viewBox="0 0 %d %d" role="img" aria-label="%s">`, Width, s.Height, html.EscapeString(s.About))
	for _, g := range p.Gaps {
		from, to := max(left, p.x(g.From)), min(right, p.x(g.To))
		if to > from {
			d.printf(`<rect class="gap" x="%s" y="0" width="%s" height="%d"/>`, n(from), n(to-from), s.Height)
		}
	}
	d.gridLines()
	for _, l := range s.Limits {
		d.limit(l)
	}
	d.marks()
	for _, l := range s.Lines {
		d.line(l)
	}
	d.failures()
	d.WriteString("</svg>")
	return d.String()
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// x is where an instant stands.
func (p *Picture) x(t time.Time) float64 {
	return left + (right-left)*t.Sub(p.From).Seconds()/p.To.Sub(p.From).Seconds()
}

func (d *drawing) y(v float64, a axis) float64 { return d.bottom - v/a.top*(d.bottom-d.top) }

// n writes a length to a tenth, which is all an eye can tell.
func n(v float64) string { return strconv.FormatFloat(math.Round(10*v)/10, 'f', -1, 64) }

func (d *drawing) limit(l Limit) {
	if math.IsNaN(l.At) {
		return
	}
	if l.At > d.axis.top {
		if l.Hatched {
			d.printf(`<text class="name %s" x="%d" y="%s">%s ↑</text>`, l.Class, left+44, n(d.top+2), html.EscapeString(l.Name))
		}
		return
	}
	y := d.y(l.At, d.axis)
	if l.Hatched {
		d.printf(`<rect class="beyond" x="%d" y="0" width="%d" height="%s"/>`, left, right-left, n(y))
	}
	d.printf(`<path class="ln %s" d="M%d %sH%d"/><text class="name %s" x="%d" y="%s">%s</text>`,
		l.Class, left, n(y), right, l.Class, left+6, n(y+12), html.EscapeString(l.Name))
}

// marks cross every strip.
func (d *drawing) marks() {
	for _, m := range d.Marks {
		x := d.x(m.At)
		switch {
		case x < left || x > right:
		case m.Number == 0:
			d.printf(`<path class="tick" d="M%s %sv4"/>`, n(x), n(d.bottom))
		default:
			d.printf(`<path class="mark %s" d="M%s 0V%d"/>`, html.EscapeString(m.Kind), n(x), d.strip.Height)
		}
	}
}

func (d *drawing) failures() {
	width := max(1.5, d.Every.Seconds()/d.secondsPerPixel())
	for i, v := range d.strip.Failures {
		if x := d.x(d.Times[i]); v > 0 && x >= left && x <= right {
			y := min(d.bottom-3, d.y(v, d.axis))
			d.printf(`<rect class="failed" x="%s" y="%s" width="%s" height="%s"/>`, n(x-width), n(y), n(width), n(d.bottom-y))
		}
	}
}

func (p *Picture) secondsPerPixel() float64 { return p.To.Sub(p.From).Seconds() / (right - left) }
