package heapgraph

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
)

// graphHeader begins an encoded graph; what follows is compressed. The number
// is that of the format.
const graphHeader = "leakline heap graph 1\n"

// kinds are numbered in an encoded graph by their place here.
var kinds = []Kind{Global, Goroutine, Other, Finalizer, Unlisted}

// Encode writes the graph, which takes one to four bytes for each object.
// There is nothing in it of what the objects held, and no addresses.
func (g *Graph) Encode(w io.Writer) error {
	if _, err := io.WriteString(w, graphHeader); err != nil {
		return fmt.Errorf("writing heap graph: %w", err)
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return fmt.Errorf("writing heap graph: %w", err)
	}
	p := &pen{w: bufio.NewWriterSize(z, 64<<10)}
	p.graph(g)
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("writing heap graph: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("writing heap graph: %w", err)
	}
	return nil
}

// A pen writes numbers and strings. Its writer keeps the first error.
type pen struct {
	w     *bufio.Writer
	texts texts // each is written once, where it is first used
}

func (p *pen) number(v uint64) {
	var b [binary.MaxVarintLen64]byte
	_, _ = p.w.Write(b[:binary.PutUvarint(b[:], v)]) // the error comes up when flushing
}

// step writes a difference, small ones in one byte whatever their sign.
func (p *pen) step(from, to uint32) {
	d := int64(to) - int64(from)
	p.number(uint64(d)<<1 ^ uint64(d>>63))
}

func (p *pen) bit(b bool) {
	if b {
		p.number(1)
	} else {
		p.number(0)
	}
}

// text writes a string: its number, and if that is the next one, the string.
func (p *pen) text(s string) {
	n, fresh := p.texts.intern([]byte(s))
	p.number(uint64(n))
	if fresh {
		p.number(uint64(len(s)))
		_, _ = p.w.WriteString(s)
	}
}

func (p *pen) graph(g *Graph) {
	a := &g.About
	p.text(a.GoVersion)
	p.text(a.Arch)
	p.number(uint64(a.Pointer))
	p.number(uint64(a.SampleRate))
	p.number(a.Collections)
	p.bit(a.Named)
	p.bit(a.Typed)
	p.number(uint64(a.Lost))
	p.sites(g.Sites)
	p.shapes(g.shapes)
	p.runs(g.units)
	p.runs(g.shapeOf)
	p.edges(g)
	p.roots(g)
	p.number(uint64(len(g.samples)))
	last := uint32(0)
	for _, s := range g.samples {
		p.step(last, s.object)
		p.number(uint64(s.site))
		last = s.object
	}
}

func (p *pen) sites(sites []Site) {
	p.number(uint64(len(sites)))
	for i := range sites {
		s := &sites[i]
		p.number(uint64(s.Size))
		p.number(uint64(s.At + 1))
		p.number(uint64(s.Allocs))
		p.number(uint64(s.Frees))
		p.number(uint64(len(s.Stack)))
		for _, f := range s.Stack {
			p.text(f.Function)
			p.text(f.File)
			p.number(uint64(f.Line))
		}
	}
}

func (p *pen) shapes(shapes []shape) {
	p.number(uint64(len(shapes)))
	for i := range shapes {
		s := &shapes[i]
		p.text(s.name)
		p.number(uint64(s.base))
		p.number(uint64(s.elem))
		p.number(uint64(s.slot))
		p.bit(s.inner)
		p.fields(s.fields)
	}
}

func (p *pen) fields(fields map[uint32]string) {
	p.number(uint64(len(fields)))
	for _, at := range slices.Sorted(maps.Keys(fields)) {
		p.number(uint64(at))
		p.text(fields[at])
	}
}

// runs writes a list of which neighbours are often equal.
func (p *pen) runs(list []uint32) {
	p.number(uint64(len(list)))
	for len(list) > 0 {
		n := 1
		for n < len(list) && n < maxRun && list[n] == list[0] {
			n++
		}
		p.number(uint64(n))
		p.number(uint64(list[0]))
		list = list[n:]
	}
}

// maxRun bounds what a few bytes can ask for.
const maxRun = 1 << 12

func (p *pen) edges(g *Graph) {
	p.number(uint64(len(g.targets)))
	last := uint32(0)
	for object := range g.objects() {
		first, end := g.start[object], g.start[object+1]
		p.number(uint64(end - first))
		word := uint32(0)
		for i := first; i < end; i++ {
			p.step(last, g.targets[i])
			p.step(word, g.from[i])
			last, word = g.targets[i], g.from[i]
		}
	}
}

func (p *pen) roots(g *Graph) {
	p.number(uint64(len(g.Roots)))
	for i := range g.Roots {
		r := &g.Roots[i]
		p.number(uint64(slices.Index(kinds, r.Kind)))
		p.text(r.Name)
		p.text(r.Type)
		p.bit(r.System)
		p.number(uint64(r.Goroutines))
		p.number(uint64(r.StackBytes))
		p.number(uint64(len(r.IDs)))
		for _, id := range r.IDs {
			p.number(id)
		}
		p.fields(r.fields)
		slots := g.slotsOf(i)
		p.number(uint64(len(slots)))
		for _, s := range slots {
			p.number(uint64(s.target))
			p.bit(s.exact)
			if r.Kind == Goroutine {
				p.text(g.names[s.at])
			} else {
				p.number(uint64(s.at))
			}
		}
	}
}
