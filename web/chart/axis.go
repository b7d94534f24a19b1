package chart

import (
	"html"
	"math"
	"strconv"
	"time"
)

// A Kind says what an axis counts in.
type Kind int

// The kinds of axes.
const (
	None Kind = iota
	Bytes
	Seconds
	Plain
)

// An Axis begins at zero. Its top is a round number of at least Least.
type Axis struct {
	Kind  Kind
	Unit  string // said after that of the kind: "/s"
	Least float64
}

// An axis is one with its scale settled.
type axis struct{ top, step float64 }

// limitInSight is how far above all else a limit may lie, in times, and still
// be drawn; further up it would press the lines flat.
const limitInSight = 5

func (d *drawing) chooseAxes() {
	var highest, beside float64
	for _, l := range d.strip.Lines {
		for _, v := range l.Values {
			if l.Right {
				beside = max(beside, orZero(v))
			} else {
				highest = max(highest, orZero(v))
			}
		}
	}
	for _, v := range d.strip.Failures {
		highest = max(highest, orZero(v))
	}
	most := highest
	for _, l := range d.strip.Limits {
		if l.Hatched && l.At <= limitInSight*most {
			highest = max(highest, 1.04*l.At)
		}
	}
	high := max(highest, d.strip.Left.Least)
	d.axis.step = roundStep(high / 3)
	steps := max(2, math.Ceil(high/d.axis.step-1e-9))
	d.axis.top = d.axis.step * steps
	d.beside.step = roundStep(max(beside, d.strip.Right.Least) / steps)
	d.beside.top = d.beside.step * steps
}

func orZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// roundStep is the smallest of 1, 2 and 5 times a power of ten that is at least
// size.
func roundStep(size float64) float64 {
	if size <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(size)+1e-9))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= size*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// gridLines draws the steps of both axes. A unit stands once, at the top.
func (d *drawing) gridLines() {
	size, unit := inUnit(d.strip.Left.Kind, d.axis.top)
	besideSize, besideUnit := inUnit(d.strip.Right.Kind, d.beside.top)
	for i := 0.0; i*d.axis.step <= d.axis.top*(1+1e-9); i++ {
		y := d.y(i*d.axis.step, d.axis)
		class := "grid"
		if i == 0 {
			class = "base"
		}
		d.printf(`<path class="%s" d="M%d %sH%d"/>`, class, left, n(y), right)
		d.printf(`<text class="num" x="%d" y="%s" text-anchor="end">%s</text>`, left-6, n(y+4), label(i*d.axis.step/size))
		if d.strip.Right.Kind == None {
			continue
		}
		text := label(i * d.beside.step / besideSize)
		if (i+0.5)*d.axis.step > d.axis.top {
			text += "\u00a0" + besideUnit + d.strip.Right.Unit
		}
		d.printf(`<text class="num" x="%d" y="%s">%s</text>`, right+6, n(y+4), html.EscapeString(text))
	}
	if d.strip.Left.Kind == Plain && unit != "" {
		unit += " "
	}
	d.printf(`<text class="num" x="%d" y="%s">%s</text>`, left+4, n(d.top-3), html.EscapeString(unit+d.strip.Left.Unit))
}

// inUnit is the unit that an axis up to top is labelled in.
func inUnit(k Kind, top float64) (size float64, unit string) {
	type scale struct {
		size float64
		unit string
	}
	scales := map[Kind][]scale{
		Bytes:   {{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}},
		Seconds: {{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}},
		Plain:   {{1e6, "M"}, {1e4, "k"}},
	}
	for _, s := range scales[k] {
		if top >= s.size {
			if s.size == 1e4 {
				return 1e3, s.unit
			}
			return s.size, s.unit
		}
	}
	if k == Bytes {
		return 1, "B"
	}
	return 1, ""
}

func label(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// labelRoom is what a time of day needs on the axis.
const labelRoom = 84

// timeStep is the distance of labels on the time axis.
func timeStep(secondsPerPixel float64) time.Duration {
	steps := []time.Duration{1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600}
	for _, s := range steps {
		if (s * time.Second).Seconds() >= labelRoom*secondsPerPixel {
			return s * time.Second
		}
	}
	return 6 * time.Hour
}
