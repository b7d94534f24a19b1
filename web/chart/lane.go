package chart

import (
	"html"
	"strconv"
	"strings"
	"time"
)

const (
	laneHeight = 66
	nameRoom   = 7.4 // of a character
)

// weights says whose look several marks in one place have: the first of these
// kinds.
var weights = []string{"crash", "switch", "restart", "start", "stop", "load", "gc", "note", "snapshot"}

// A chip stands for one mark, or for several too close to tell apart.
type chip struct {
	x     float64
	kind  string
	marks []Mark
}

// Lane returns what stands above the strips: the time of day, what ran and the
// numbers of the marks.
func (p *Picture) Lane(about string) string {
	d := &drawing{Picture: p}
	d.printf(`<svg class="chart" viewBox="0 0 %d %d" role="img" aria-label="%s">`, Width, laneHeight, html.EscapeString(about))
	step := timeStep(p.secondsPerPixel())
	_, offset := p.From.Zone()
	shift := time.Duration(offset) * time.Second // labels fall on round minutes of the clock they show
	for t := p.From.Add(shift).Truncate(step).Add(step - shift); !t.After(p.To); t = t.Add(step) {
		if x := p.x(t); x >= left+30 && x <= right+20 {
			d.printf(`<text class="num" x="%s" y="14" text-anchor="middle">%s</text>`, n(x), t.In(p.From.Location()).Format("15:04:05"))
		}
	}
	for _, s := range p.Spans {
		d.ribbon(s)
	}
	for _, c := range d.chips() {
		text, width := numbers(c.marks), c.width()
		d.printf(`<rect class="chip %s" x="%s" y="44" width="%s" height="18" rx="2"/>`, html.EscapeString(c.kind), n(c.x-width/2), n(width))
		d.printf(`<text class="chip %s" x="%s" y="57" text-anchor="middle">%s</text>`, html.EscapeString(c.kind), n(c.x), text)
	}
	d.WriteString("</svg>")
	return d.String()
}

func (d *drawing) ribbon(s Span) {
	from, to := max(left, d.x(s.From)), right+0.0
	if !s.To.IsZero() {
		to = min(right, d.x(s.To))
	}
	if to-from < 1 {
		return
	}
	d.printf(`<rect class="ribbon" x="%s" y="21" width="%s" height="18"/>`, n(from), n(to-from-1))
	name := []rune(s.Name)
	if room := int((to - from - 8) / nameRoom); room < len(name) {
		if room < 4 {
			return
		}
		name = append(name[:room-1], '…')
	}
	d.printf(`<text class="ran" x="%s" y="34">%s</text>`, n(from+5), html.EscapeString(string(name)))
}

// chips joins marks, which come in the order of time, that would overlap.
func (d *drawing) chips() []chip {
	var all []chip
	for _, m := range d.Marks {
		x := d.x(m.At)
		if m.Number == 0 || x < left || x > right {
			continue
		}
		next := chip{x, m.Kind, []Mark{m}}
		for len(all) > 0 && next.touches(&all[len(all)-1]) {
			before := all[len(all)-1]
			all = all[:len(all)-1]
			next = before.with(next)
		}
		all = append(all, next)
	}
	return all
}

func (c *chip) width() float64 { return 8 + nameRoom*float64(len([]rune(numbers(c.marks)))) }

func (c *chip) touches(before *chip) bool {
	return c.x-before.x < (c.width()+before.width())/2+2
}

// with is both as one, in the middle of them, which looks as the weightier does.
func (c chip) with(next chip) chip {
	joined := chip{(c.x + next.x) / 2, c.kind, append(c.marks, next.marks...)}
	if weight(next.kind) < weight(c.kind) {
		joined.kind = next.kind
	}
	return joined
}

func weight(kind string) int {
	for i, k := range weights {
		if k == kind {
			return i
		}
	}
	return len(weights)
}

// numbers writes those of marks that follow each other: "3" or "3–7".
func numbers(marks []Mark) string {
	first, last := marks[0].Number, marks[len(marks)-1].Number
	if first == last {
		return strconv.Itoa(first)
	}
	return strings.Join([]string{strconv.Itoa(first), strconv.Itoa(last)}, "–")
}
