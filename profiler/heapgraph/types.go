package heapgraph

import "debug/dwarf"

// A shape is what is known of a kind of object. Without DWARF it has no more
// than a name.
type shape struct {
	name   string            // as Go writes it: "main.entry", "[]*main.entry"
	base   uint32            // bytes ahead of the value: the runtime's header
	elem   uint32            // bytes of one element; 0 unless the object is an array of any length
	inner  bool              // it is a map or a part of one
	slot   uint32            // bytes of a key and its value, in the groups of a map
	fields map[uint32]string // how pointers are called, by offset in the value or element

	dwarf dwarf.Type // of the value or element, while types are being worked out
}

// typeOf returns the type of an object, empty if it is unknown.
func (g *Graph) typeOf(object uint32) string {
	if g.shapeOf == nil {
		return ""
	}
	return g.shapes[g.shapeOf[object]].name
}

// shapeAt returns what an object is.
func (g *Graph) shapeAt(object uint32) *shape {
	if g.shapeOf == nil {
		return &unknownShape
	}
	return &g.shapes[g.shapeOf[object]]
}

var unknownShape shape

// fieldAt says how the pointer at a word of an object is called.
func (g *Graph) fieldAt(object, word uint32) string {
	s := g.shapeAt(object)
	return s.fields[s.offset(word, uint32(g.About.Pointer))]
}

// offset turns a word of an object into bytes of its value or element.
func (s *shape) offset(word, pointer uint32) uint32 {
	at := word*pointer - s.base
	if s.elem > 0 {
		at %= s.elem
	}
	return at
}

// elements returns how many an array has room for; 0 if it is none.
func (g *Graph) elements(object uint32) int {
	s := g.shapeAt(object)
	if s.elem == 0 {
		return 0
	}
	return int((g.size(object) - int64(s.base)) / int64(s.elem))
}
