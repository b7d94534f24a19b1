package heapgraph

import (
	"cmp"
	"fmt"
	"slices"
)

// A held is a slot on its way to its root.
type held struct {
	slot
	root   uint32
	inside uint32 // how far into the target it points, in words
	ahead  uint64 // the word ahead of it, of a global
}

// roots makes the roots and returns their slots in order.
func (b *builder) roots(g *Graph, names *names, known *statics) []held {
	var all []held
	add := func(pointer uint64, h held) {
		if object, inside, ok := b.spans.find(pointer); ok {
			h.target, h.inside = object, uint32(inside/b.layout.ptrSize)
			all = append(all, h)
		}
	}
	b.linked = make(map[uint32]uint64)
	for _, v := range b.globals {
		variable, offset, named, ok := known.owner(v.at)
		switch {
		case !ok:
			variable.name = b.unnamed(v.at)
		case !named:
			offset = nameless + uint32(len(b.nameless))
			b.nameless = append(b.nameless, v.at)
		}
		root := b.groups.root(Global, variable.name, false)
		b.linked[root] = variable.addr
		add(v.pointer, held{root: root, ahead: v.ahead, slot: slot{at: offset, exact: true}})
	}
	for _, s := range b.slots {
		add(s.pointer, held{root: s.root, slot: slot{at: s.place, exact: s.exact}})
	}
	for _, r := range b.goroutines {
		add(r.addr, held{root: r.root, slot: slot{exact: true}})
	}
	for _, o := range b.others {
		add(o.pointer, held{root: b.groups.root(Other, b.strings.text(o.name), false), slot: slot{exact: true}})
	}
	for _, f := range b.finalizers {
		b.finalizer(g, f, names, add, &all)
	}
	b.groups.root(Unlisted, "no known holder", true) // the last of all
	g.Roots = b.groups.list
	slices.SortStableFunc(all, func(a, b held) int { return cmp.Compare(a.root, b.root) })
	g.slots = make([]slot, len(all))
	g.rootStart = make([]uint32, len(g.Roots)+1)
	for i, h := range all {
		g.slots[i] = h.slot
		g.rootStart[h.root+1] = uint32(i + 1)
	}
	for i := range g.Roots {
		g.rootStart[i+1] = max(g.rootStart[i+1], g.rootStart[i])
	}
	return all
}

// unnamed says where an address is in the program's data.
func (b *builder) unnamed(addr uint64) string {
	for _, s := range b.segments {
		if addr-s.base < s.size {
			kind := "data"
			if s.tag == tagBSS {
				kind = "bss"
			}
			return fmt.Sprintf("%s segment +%#x", kind, addr-s.base)
		}
	}
	return fmt.Sprintf("data at %#x", addr)
}

// finalizer adds what a finalizer keeps: its closure, and what its object
// points to, but not the object itself unless the finalizer is about to run.
func (b *builder) finalizer(g *Graph, f finalizer, names *names, add func(uint64, held), all *[]held) {
	name := "a function without a name"
	if function, ok := names.function(f.code); ok {
		name = function
	}
	root := b.groups.root(Finalizer, "finalizer "+name, false)
	add(f.closure, held{root: root, slot: slot{exact: true}})
	if f.queued {
		add(f.object, held{root: root, slot: slot{exact: true}})
		return
	}
	object, _, ok := b.spans.find(f.object)
	if !ok {
		return
	}
	b.charge(24 * int64(len(g.edges(object))))
	if b.wire.err != nil {
		return
	}
	for _, target := range g.edges(object) {
		if target != object { // the collector does not follow those either
			*all = append(*all, held{root: root, slot: slot{target: target, exact: true}})
		}
	}
}
