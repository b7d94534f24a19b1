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
		b.expand(g.Sites, info)
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

// expand puts inlined functions into the call paths of sites.
func (b *builder) expand(sites []Site, info *debugInfo) {
	if info == nil {
		return
	}
	for i := range sites {
		info.learn(sites[i].Stack)
	}
	for i := range sites {
		sites[i].Stack = info.expand(sites[i].Stack)
		b.attribute(&sites[i])
	}
}

// want lists what the dump mentions.
func (t *typer) want(b *builder, rooted []held) wanted {
	w := wanted{make(map[uint64]bool), make(map[uint64]bool), make(map[string]uint64), make(map[string]bool)}
	for i := range b.sites {
		for _, f := range b.sites[i].Stack {
			w.frames[f.Function] = true
		}
	}
	for _, p := range b.places {
		w.frames[b.strings.text(p.function)] = true
	}
	for _, v := range b.globals {
		if s, _, _, ok := t.statics.owner(v.at); ok {
			w.globals[s.addr] = true
		}
	}
	for _, word := range t.hints.words {
		w.code[word-t.names.slide] = true
	}
	for addr, r := range b.types {
		w.types[b.strings.text(r.name)] = addr - t.names.slide
	}
	return w
}

// roots begins with the types of globals.
func (t *typer) roots(b *builder, rooted []held) {
	if t.info == nil {
		return
	}
	types := make(map[uint32]dwarf.Type) // of roots
	for _, h := range rooted {
		r := &t.g.Roots[h.root]
		if r.Kind != Global {
			continue
		}
		kind, known := types[h.root]
		if !known {
			kind = t.info.global(b.linked[h.root])
			types[h.root] = kind
			if kind != nil {
				r.Type, _ = nameOf(kind)
			}
		}
		inside, label := int64(h.at), ""
		if h.at >= nameless && int(h.at-nameless) < len(b.nameless) {
			kind, inside, label = t.kind(b.nameless[h.at-nameless], deepest)
		}
		if kind != nil {
			t.variable(r, h, kind, inside, label)
		}
	}
}

// variable gives what a slot of a global points to its type, and the slot its
// name.
func (t *typer) variable(r *Root, h held, kind dwarf.Type, inside int64, label string) {
	p, ok := find(kind, inside)
	if !ok {
		return
	}
	if label += p.label; label != "" && len(r.fields) < 1<<12 {
		if r.fields == nil {
			r.fields = make(map[uint32]string)
		}
		r.fields[h.at] = label
	}
	if p.dynamic {
		t.boxed(h.ahead, h.target, uint64(h.inside))
	} else {
		t.lead(p, h.target, uint64(h.inside))
	}
}

// stacks begins with the variables on stacks.
func (t *typer) stacks(places []place, rooted []held) {
	if t.info == nil {
		return
	}
	pointees := make([]pointee, len(places))
	for i, p := range places {
		function := t.strings.text(p.function)
		name, kind, inside, ok := t.info.localAt(function, p.pc-t.slide(), p.at)
		if !ok {
			continue
		}
		pointees[i], _ = find(kind, inside)
		t.g.names[i] = function + ": " + name + pointees[i].label
	}
	for _, h := range rooted {
		if t.g.Roots[h.root].Kind == Goroutine && h.at != 0 {
			t.lead(pointees[h.at], h.target, uint64(h.inside))
		}
	}
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
