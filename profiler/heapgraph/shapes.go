package heapgraph

import (
	"debug/dwarf"
	"math"
	"math/bits"
	"strings"
)

// lead gives the object at the end of a pointer its type. inside is how many
// words into the object the pointer leads.
func (t *typer) lead(p pointee, object uint32, inside uint64) {
	switch {
	case p.tables != nil:
		t.directory(p.tables, object)
		return
	case p.pool:
		p.target, p.array = t.info.named(poolLocal), true
		if p.target == nil {
			return
		}
	case p.text:
		t.name(object, "string")
		return
	case p.target == nil:
		return
	}
	p.target = t.info.really(p.target, t.g.size(object))
	size := p.target.Size()
	base := uint32(0)
	at := inside * t.geometry.ptrSize
	if t.geometry.headed(uint64(t.g.size(object))) && (at > 0 || len(t.g.edges(object)) > 0) {
		base = headerSize
	}
	if size <= 0 || at < uint64(base) || (at-uint64(base))%uint64(size) != 0 {
		return // into the middle of something else
	}
	t.give(object, p.target, base, p.array || at > uint64(base))
}

// give says what an object is. A larger type replaces a smaller one, which was
// that of its first field, and an array replaces its first element.
func (t *typer) give(object uint32, kind dwarf.Type, base uint32, array bool) {
	room := t.g.size(object) - int64(base)
	size := kind.Size()
	if size <= 0 || size > room || size > math.MaxInt32 {
		return
	}
	if a, ok := bare(kind).(*dwarf.ArrayType); ok && !array && a.Type.Size() > 0 {
		kind, array, size = a.Type, true, a.Type.Size()
	}
	if known := &t.g.shapes[t.g.shapeOf[object]]; known.dwarf != nil {
		had := known.dwarf.Size()
		if known.elem > 0 || had > size || had == size && !array {
			return
		}
	}
	t.set(object, t.shape(shapeKey{dwarf: kind, base: base, array: array}))
}

func (t *typer) set(object, n uint32) {
	t.g.shapeOf[object] = n
	t.queue = append(t.queue, object)
}

func (t *typer) shape(key shapeKey) uint32 {
	n, ok := t.index[key]
	if ok {
		return n
	}
	s := shape{name: key.name, base: key.base, dwarf: key.dwarf}
	if key.dwarf != nil {
		s.name, s.inner = nameOf(key.dwarf)
		if key.array {
			s.name = "[]" + s.name
			s.elem = uint32(key.dwarf.Size())
		}
		s.slot = slotOf(key.dwarf)
	}
	n = uint32(len(t.g.shapes))
	t.g.shapes = append(t.g.shapes, s)
	t.index[key] = n
	return n
}

// name says what an object is called of whose inside nothing is known.
func (t *typer) name(object uint32, name string) {
	if t.g.shapeOf[object] == 0 {
		t.g.shapeOf[object] = t.shape(shapeKey{name: name})
	}
}

// directory tells a map's table of tables from its only group, which the map's
// own word would say. Pointers fill it, to objects as large as a table.
func (t *typer) directory(table dwarf.Type, object uint32) {
	edges := t.g.edges(object)
	size := uint64(t.g.size(object))
	header := uint64(0)
	if t.geometry.headed(size) {
		header = headerSize
	}
	rounded := uint64(1) << (bits.Len64(uint64(table.Size())) - 1)
	if len(edges) > 0 && (bits.OnesCount64(size) == 1 || header > 0) {
		if to := uint64(t.g.size(edges[0])); to >= rounded && to <= 2*rounded && t.from(object) == header {
			t.give(object, t.pointerTo(table), uint32(header), true)
			return
		}
	}
	if group := groupOf(table); group != nil {
		t.give(object, group, 0, false)
	}
}

// from returns where the first pointer of an object is, in bytes.
func (t *typer) from(object uint32) uint64 {
	return uint64(t.g.from[t.g.start[object]]) * t.geometry.ptrSize
}

// pointerTo returns the type of pointers to a type, the same one each time.
func (t *typer) pointerTo(to dwarf.Type) dwarf.Type {
	p, ok := t.pointers[to]
	if !ok {
		p = &dwarf.PtrType{CommonType: dwarf.CommonType{ByteSize: int64(t.geometry.ptrSize)}, Type: to}
		t.pointers[to] = p
	}
	return p
}

// groupOf returns the type of a table's groups.
func groupOf(table dwarf.Type) dwarf.Type {
	p, ok := find(table, groupsOffset(table))
	if !ok {
		return nil
	}
	return p.target
}

func groupsOffset(table dwarf.Type) int64 {
	if s, ok := bare(table).(*dwarf.StructType); ok {
		for _, f := range s.Field {
			if f.Name == "groups" {
				return f.ByteOffset
			}
		}
	}
	return -1
}

// closure names an object after its code, and its fields after what it
// captured.
func (t *typer) closure(object uint32, function string, code uint64) {
	key := shapeKey{name: "func " + function}
	n := t.shape(key)
	if s := &t.g.shapes[n]; s.dwarf == nil && t.info != nil {
		if fields := t.info.captured[code]; len(fields) > 0 {
			captured := &dwarf.StructType{StructName: key.name, Kind: "struct"}
			for i := range fields {
				captured.Field = append(captured.Field, &fields[i])
				captured.ByteSize = max(captured.ByteSize, fields[i].ByteOffset+fields[i].Type.Size())
			}
			s.dwarf = captured
		}
	}
	t.set(object, n)
}

// interfaceOf gives the end of an edge the type that a word ahead of it says.
func (t *typer) interfaceOf(word, edge uint32) {
	inside := uint64(0)
	if t.interior != nil {
		inside = uint64(t.interior[edge])
	}
	t.boxed(t.hints.words[word], t.g.targets[edge], inside)
}

// boxed gives what an interface holds the type that its first word says.
func (t *typer) boxed(word uint64, object uint32, inside uint64) {
	if of, ok := t.itabs[word]; ok {
		word = of
	}
	kind, known := t.dynamic[word]
	if !known {
		kind = t.info.typeAt(word - t.slide())
		t.dynamic[word] = kind
	}
	if kind == nil {
		if name, ok := t.recorded(word); ok {
			t.name(object, strings.TrimPrefix(name, "*"))
		}
		return
	}
	switch u := bare(kind).(type) {
	case *dwarf.PtrType: // the interface holds the pointer itself
		t.lead(leaf(u, nil, ""), object, inside)
	case *dwarf.FuncType:
	default:
		t.lead(pointee{target: kind}, object, inside)
	}
}

// recorded returns the name that the dump gives to a type.
func (t *typer) recorded(addr uint64) (string, bool) {
	r, ok := t.records[addr]
	return t.strings.text(r.name), ok
}

// slotOf returns the size of a slot of a map's group, 0 if it is none.
func slotOf(group dwarf.Type) uint32 {
	if s, ok := bare(group).(*dwarf.StructType); ok && len(s.Field) == 2 && s.Field[1].Name == "slots" {
		if slots, ok := bare(s.Field[1].Type).(*dwarf.ArrayType); ok {
			return uint32(slots.Type.Size())
		}
	}
	return 0
}
