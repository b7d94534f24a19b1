package heapgraph

import (
	"cmp"
	"math"
	"slices"
)

// The runtime's kinds of field; it has long written pointers alone.
const (
	fieldEnd = iota
	fieldPointer
	fieldIface
	fieldEface
)

func (b *builder) object() {
	w := b.wire
	addr, size := w.uvarint(), w.uvarint()
	switch {
	case w.err != nil:
		return
	case size == 0 || size%unitSize != 0 || size/unitSize > math.MaxUint32:
		w.damaged("an object of %d bytes", size)
		return
	case b.units.n >= b.options.MaxObjects:
		w.fail(&LimitError{"objects", int64(b.options.MaxObjects)})
		return
	}
	b.body.read(w, size)
	if w.err != nil {
		return
	}
	if b.geometry.phantom(addr, size) {
		b.eachField(func(uint64, uint64) {})
		return
	}
	if b.spans.add(addr, size) {
		b.charge(48)
	}
	b.pointers()
	b.units.add(uint32(size / unitSize))
	b.ends.add(uint32(b.values.n))
	b.charge(16)
}

// pointers reads the fields of an object and keeps those that point into the
// heap. Of equal neighbours the first is enough.
func (b *builder) pointers() {
	object, first, last := uint32(b.units.n), true, uint64(0)
	b.eachField(func(at, pointer uint64) {
		if first && at > 0 {
			b.hints.head(object, b.body.word(0))
		}
		if b.layout.heap(pointer) && pointer != last {
			if b.values.n >= b.options.MaxEdges {
				b.wire.fail(&LimitError{"pointers", int64(b.options.MaxEdges)})
				return
			}
			if at > 0 {
				b.hints.edge(uint32(b.values.n), b.body.word(at-b.layout.ptrSize))
			}
			b.values.add(pointer)
			b.from.add(uint32(at / b.layout.ptrSize))
			b.charge(20)
			last = pointer
		}
		first = false
	})
	b.geometry.scanned = b.geometry.scanned || !first
}

// eachField reads the list of pointers that ends a record and calls f with the
// offset and the value of each.
func (b *builder) eachField(f func(at, pointer uint64)) {
	w := b.wire
	for left := b.body.size/b.layout.ptrSize + 1; w.err == nil; left-- {
		kind := w.uvarint()
		if kind == fieldEnd || w.err != nil {
			return
		}
		at := w.uvarint()
		if kind == fieldIface || kind == fieldEface {
			at += b.layout.ptrSize // the word of data
		}
		switch {
		case w.err != nil:
		case kind > fieldEface:
			w.damaged("a field of unknown kind %d", kind)
		case !b.body.whole(at) || left == 0:
			w.damaged("a pointer outside its object")
		default:
			f(at, b.body.word(at))
		}
	}
}

// hints are words beside pointers that may say what a pointer points to: the
// type word of an interface, the code of a closure, the header that the
// runtime gives to objects above 512 bytes. They are addresses in the program,
// near the types that the dump starts with.
type hints struct {
	near  uint64 // a type's address
	heads []hint // first words of objects
	edges []hint // words ahead of pointers, by index of the pointer
	codes map[uint64]uint32
	words []uint64
}

type hint struct{ at, word uint32 }

const (
	reach    = 256 << 20 // how far from a type the program's other data may lie
	maxWords = 1 << 16   // different words: a program has fewer types and closures in use
)

func (h *hints) head(object uint32, word uint64) {
	if n, ok := h.code(word); ok {
		h.heads = append(h.heads, hint{object, n})
	}
}

func (h *hints) edge(edge uint32, word uint64) {
	if n, ok := h.code(word); ok {
		h.edges = append(h.edges, hint{edge, n})
	}
}

func (h *hints) code(word uint64) (uint32, bool) {
	if h.near == 0 || word < 1<<16 || word-h.near+reach > 2*reach {
		return 0, false
	}
	n, ok := h.codes[word]
	if !ok {
		if len(h.words) >= maxWords {
			return 0, false
		}
		if h.codes == nil {
			h.codes = make(map[uint64]uint32)
		}
		n = uint32(len(h.words))
		h.codes[word] = n
		h.words = append(h.words, word)
	}
	return n, true
}

// ahead returns the word that was ahead of a pointer.
func (h *hints) ahead(edge uint32) (word uint32, ok bool) {
	i, ok := slices.BinarySearchFunc(h.edges, edge, func(h hint, edge uint32) int { return cmp.Compare(h.at, edge) })
	if !ok {
		return 0, false
	}
	return h.edges[i].word, true
}
