package chart

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// silence is how many readings may be missing before a line is broken.
const silence = 3

// joined reports whether readings i-1 and i are of one life and near enough.
func (p *Picture) joined(i int) bool {
	return p.Generation[i] == p.Generation[i-1] && p.Times[i].Sub(p.Times[i-1]) <= p.silence()
}

func (p *Picture) silence() time.Duration { return silence * max(p.Every, 100*time.Millisecond) }

// stretches parts the readings of which v is known into unbroken runs, each a
// list of indices.
func (p *Picture) stretches(v []float64) [][]int {
	var all [][]int
	open := false
	for i := range v {
		if math.IsNaN(v[i]) {
			open = false
			continue
		}
		if !open || !p.joined(i) {
			all = append(all, nil)
		}
		last := len(all) - 1
		all[last] = append(all[last], i)
		open = true
	}
	return all
}

// line draws one with its pen up wherever nothing is known.
func (d *drawing) line(l Line) {
	a := d.axis
	if l.Right {
		a = d.beside
	}
	if l.Cycles != nil {
		d.measured(l, a)
		return
	}
	var path strings.Builder
	for _, run := range d.stretches(l.Values) {
		kept := d.thinned(run, l.Values)
		d.trace(&path, kept, l.Values, a)
		if len(kept) == 1 {
			path.WriteString("h1") // alone, yet seen
		}
	}
	if path.Len() > 0 {
		d.printf(`<path class="ln %s" d="%s"/>`, l.Class, path.String())
	}
}

// measured draws a line from one measurement to the next, over a halo, and goes
// on thin and dashed to where nobody has measured yet.
func (d *drawing) measured(l Line, a axis) {
	var path, tail strings.Builder
	var dots []int
	for _, run := range d.stretches(l.Values) {
		var points []int
		for k, i := range run {
			if k == 0 || l.Cycles[i] != l.Cycles[run[k-1]] {
				points = append(points, i)
			}
		}
		kept := d.thinned(points, l.Values)
		d.trace(&path, kept, l.Values, a)
		for k, i := range points {
			if k == 0 || d.x(d.Times[i])-d.x(d.Times[points[k-1]]) > 6 {
				dots = append(dots, i)
			}
		}
		last, end := points[len(points)-1], run[len(run)-1]
		fmt.Fprintf(&tail, "M%s %sH%s", n(d.x(d.Times[last])), n(d.y(l.Values[last], a)), n(d.x(d.Times[end])))
	}
	if path.Len() == 0 {
		return
	}
	d.printf(`<path class="halo" d="%s"/><path class="ln %s" d="%s"/><path class="tail %s" d="%s"/>`, path.String(), l.Class, path.String(), l.Class, tail.String())
	for _, i := range dots {
		d.printf(`<circle class="dot %s" cx="%s" cy="%s" r="2.5"/>`, l.Class, n(d.x(d.Times[i])), n(d.y(l.Values[i], a)))
	}
}

func (d *drawing) trace(path *strings.Builder, points []int, v []float64, a axis) {
	for k, i := range points {
		pen := "L"
		if k == 0 {
			pen = "M"
		}
		fmt.Fprintf(path, "%s%s %s", pen, n(d.x(d.Times[i])), n(d.y(v[i], a)))
	}
}

// thinned keeps of the readings that fall into one column of pixels the first,
// the lowest, the highest and the last: fewer points, the same picture.
func (d *drawing) thinned(run []int, v []float64) []int {
	var kept []int
	for len(run) > 0 {
		column := math.Floor(d.x(d.Times[run[0]]))
		least, most, size := 0, 0, 0
		for size < len(run) && math.Floor(d.x(d.Times[run[size]])) == column {
			if v[run[size]] < v[run[least]] {
				least = size
			}
			if v[run[size]] > v[run[most]] {
				most = size
			}
			size++
		}
		was := -1
		for _, k := range []int{0, min(least, most), max(least, most), size - 1} {
			if k > was {
				kept, was = append(kept, run[k]), k
			}
		}
		run = run[size:]
	}
	return kept
}

// Unknown returns the stretches in which nothing is known of a value: readings
// are missing, the process was down, or another life began. What lies before
// the first reading is none of them.
func (p *Picture) Unknown(v []float64) []Gap {
	if len(p.Times) == 0 {
		return nil
	}
	var all []Gap
	known := p.Times[0] // until when
	for i, run := range p.stretches(v) {
		if begins := p.Times[run[0]]; i > 0 || begins.After(known) {
			all = append(all, Gap{known, begins})
		}
		known = p.Times[run[len(run)-1]]
	}
	if p.To.Sub(known) > p.silence() {
		all = append(all, Gap{known, p.To})
	}
	return all
}
