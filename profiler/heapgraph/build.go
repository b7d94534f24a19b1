package heapgraph

import (
	"cmp"
	"fmt"
	"slices"
)

// graph resolves addresses. What points to no object, or to a slot that is
// free, is dropped.
func (b *builder) graph() (*Graph, error) {
	if !b.spans.sort() {
		return nil, fmt.Errorf("placing objects: %w", &FormatError{b.wire.before, "two objects at one address"})
	}
	names, err := b.names()
	if err != nil {
		return nil, err
	}
	g := &Graph{About: b.about, Sites: b.sites, units: b.units.flat()}
	interior := b.resolve(g)
	b.sampled(g)
	for _, at := range b.places {
		g.names = append(g.names, "frame "+b.strings.text(at.function))
	}
	g.names[0] = ""
	known := newStatics(b.statics, names)
	rooted := b.roots(g, names, known)
	if b.wire.err != nil {
		return nil, b.wire.err
	}
	if err := b.typed(g, known, interior, rooted); err != nil {
		return nil, err
	}
	g.About.Pointer = int(b.layout.ptrSize)
	g.About.SampleRate = b.options.SampleRate
	g.About.Named = names != nil && names.binary.named()
	g.About.Objects, g.About.Edges = g.objects(), len(g.targets)
	for _, n := range g.units {
		g.About.Bytes += int64(n) * unitSize
	}
	return g, nil
}

// wantsTypes reports whether there is a program that may say what objects are.
func (b *builder) wantsTypes() bool { return b.options.Binary != nil && !b.options.SkipTypes }

// resolve turns pointers into edges. It returns how far into its target each
// edge points, in words, if types are going to ask.
//
// The runtime reaches every goroutine's record from its own tables, so those
// edges are cut: what a goroutine holds is its own, and its roots include the
// record.
func (b *builder) resolve(g *Graph) []uint32 {
	records := make(map[uint32]bool, len(b.goroutines))
	for _, r := range b.goroutines {
		if object, _, ok := b.spans.find(r.addr); ok {
			records[object] = true
		}
	}
	g.start = b.ends.flat() // still where edges end, one object ahead
	from := b.from.flat()
	g.targets = make([]uint32, 0, b.values.n)
	var interior []uint32
	if b.wantsTypes() {
		interior = make([]uint32, 0, b.values.n)
	}
	hints := b.hints.edges
	kept := hints[:0]
	next := uint32(0)
	for object := range g.objects() {
		for end := g.start[object+1]; next < end; next++ {
			target, inside, ok := b.spans.find(b.values.at(int(next)))
			hinted := len(hints) > 0 && hints[0].at == next
			if ok && !records[target] {
				if hinted {
					kept = append(kept, hint{uint32(len(g.targets)), hints[0].word})
				}
				from[len(g.targets)] = from[next]
				g.targets = append(g.targets, target)
				if interior != nil {
					interior = append(interior, uint32(inside/b.layout.ptrSize))
				}
			}
			if hinted {
				hints = hints[1:]
			}
		}
		g.start[object+1] = uint32(len(g.targets))
	}
	b.hints.edges = kept
	b.values = store[uint64]{}
	g.from = from[:len(g.targets)]
	return interior
}

// sampled finds the objects whose allocation was recorded.
func (b *builder) sampled(g *Graph) {
	for _, s := range b.samples {
		object, _, ok := b.spans.find(s.object)
		site, known := b.buckets[s.bucket]
		if !ok || !known {
			g.About.Lost++
			continue
		}
		g.samples = append(g.samples, sample{object, site})
	}
	slices.SortFunc(g.samples, func(a, b sample) int { return cmp.Compare(a.object, b.object) })
}
