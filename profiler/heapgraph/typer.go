package heapgraph

import (
	"debug/dwarf"
	"strings"
)

// A typer works out what objects are. Globals have types, types say what
// their pointers lead to, and so on down; where a static type ends, at an
// interface, a closure or an unsafe.Pointer, words that were kept as hints may
// lead on.
type typer struct {
	g        *Graph
	names    *names
	statics  *statics
	info     *debugInfo
	itabs    map[uint64]uint64
	records  map[uint64]typeRecord
	strings  *texts
	hints    *hints
	geometry geometry
	interior []uint32 // how far into its target each edge points, in words

	index    map[shapeKey]uint32
	pointees map[pointerKey]pointee
	queue    []uint32
	dynamic  map[uint64]dwarf.Type // what the words of interfaces say
	pointers map[dwarf.Type]*dwarf.PtrType
}

type (
	shapeKey struct {
		dwarf dwarf.Type
		name  string // of what has no DWARF
		base  uint32
		array bool
	}
	pointerKey struct{ shape, at uint32 }
)

// maxPointees bounds what is remembered of offsets: an array inside a struct
// can have a million.
const maxPointees = 1 << 19

// typed gives the graph its types, and the names of what globals hold.
func (b *builder) typed(g *Graph, known *statics, interior []uint32, rooted []held) error {
	t := &typer{
		g: g, names: known.names, statics: known, itabs: b.itabs, records: b.types, strings: &b.strings,
		hints: &b.hints, geometry: b.geometry, interior: interior,
		index:    make(map[shapeKey]uint32),
		pointees: make(map[pointerKey]pointee),
		dynamic:  make(map[uint64]dwarf.Type),
		pointers: make(map[dwarf.Type]*dwarf.PtrType),
	}
	g.shapes = []shape{{}}
	g.shapeOf = make([]uint32, g.objects())
	if b.wantsTypes() {
		info, err := t.names.binary.debugInfo(t.want(b, rooted), b.layout.order)
		if err != nil {
			return err
		}
		t.info = info
		g.About.Typed = info != nil
		b.inline(g.Sites, info)
	}
	t.roots(b, rooted)
	t.stacks(b.places, rooted)
	t.heads()
	t.run()
	t.edges()
	t.run()
	for i := range g.shapes {
		g.shapes[i].dwarf = nil
	}
	return nil
}

// heads takes the first words of objects as headers or as code.
func (t *typer) heads() {
	for _, h := range t.hints.heads {
		word := t.hints.words[h.word]
		if t.geometry.headed(uint64(t.g.size(h.at))) {
			if kind := t.info.typeAt(word - t.slide()); kind != nil {
				t.give(h.at, kind, headerSize, 2*kind.Size() <= t.g.size(h.at)-headerSize)
			} else if name, ok := t.recorded(word); ok {
				t.name(h.at, name)
			}
			continue
		}
		if name, ok := t.names.entry(word); ok {
			t.closure(h.at, name, word-t.slide())
		}
	}
}

// edges follows the words ahead of pointers, as interfaces have them.
func (t *typer) edges() {
	for _, h := range t.hints.edges {
		target := t.g.targets[h.at]
		if t.g.shapeOf[target] == 0 {
			t.interfaceOf(h.word, h.at)
		}
	}
}

func (t *typer) slide() uint64 {
	if t.names == nil {
		return 0
	}
	return t.names.slide
}

// run follows the pointers of objects whose types are known.
func (t *typer) run() {
	for len(t.queue) > 0 {
		object := t.queue[len(t.queue)-1]
		t.queue = t.queue[:len(t.queue)-1]
		n := t.g.shapeOf[object]
		if t.g.shapes[n].dwarf == nil {
			continue
		}
		for i := t.g.start[object]; i < t.g.start[object+1]; i++ {
			p, ok := t.pointer(n, t.g.from[i])
			if !ok {
				continue
			}
			if p.dynamic {
				if word, ok := t.hints.ahead(i); ok {
					t.interfaceOf(word, i)
				}
				continue
			}
			t.lead(p, t.g.targets[i], uint64(t.interior[i]))
		}
	}
}

// pointer returns what the pointer at a word of a shape leads to.
func (t *typer) pointer(n, word uint32) (pointee, bool) {
	s := &t.g.shapes[n]
	at := s.offset(word, uint32(t.geometry.ptrSize))
	key := pointerKey{n, at}
	p, known := t.pointees[key]
	if !known {
		if len(t.pointees) >= maxPointees {
			return pointee{}, false
		}
		var ok bool
		if p, ok = find(s.dwarf, int64(at)); ok {
			if s.fields == nil {
				s.fields = make(map[uint32]string)
			}
			s.fields[at] = t.label(s, p.label)
		}
		t.pointees[key] = p
	}
	return p, p != pointee{}
}

// label puts the type ahead of a field, as in "entry.set"; an element has none.
func (t *typer) label(s *shape, label string) string {
	if s.elem > 0 {
		return "[]" + label
	}
	if s.inner || label == "" { // a pointer by itself, as an interface may hold
		return label
	}
	name := s.name
	if cut := strings.IndexAny(name, "[<"); cut > 0 { // type arguments
		name = name[:cut]
	}
	name = name[strings.LastIndexByte(name, '/')+1:]
	if _, after, ok := strings.Cut(name, "."); ok {
		name = after
	}
	return name + label
}
