package heapgraph

import (
	"cmp"
	"math/bits"
	"slices"
)

// slotsPerSpan is what the runtime fits into a page of its smallest objects;
// a longer run is cut, which costs nothing but an entry.
const slotsPerSpan = 1024

// A span is a run of objects of one size: neighbours, or in one page of the
// runtime with free slots between them. The dump lists objects in such runs, so
// that an object needs a bit of memory and not an address.
type span struct {
	base, size uint64
	first      uint32 // index of its first object
	slots      uint32 // up to its last object
	bits       uint32 // where in spans.taken its slots begin
}

func (s *span) end() uint64 { return s.base + uint64(s.slots)*s.size }

// spans finds the object at an address.
type spans struct {
	list  []span
	taken []uint64 // one bit for each slot, set if an object is there
	bases []uint64 // of list, once sorted
	last  int      // the span found last: neighbours point near each other
	n     uint32
}

// add appends an object. It reports whether a new span had to be begun.
func (x *spans) add(addr, size uint64) bool {
	if k := len(x.list); k > 0 {
		s := &x.list[k-1]
		near := addr == s.end() || addr > s.end() && addr/runtimePage == s.base/runtimePage
		if slot := (addr - s.base) / s.size; s.size == size && near && (addr-s.base)%size == 0 && slot < slotsPerSpan {
			for uint64(len(x.taken))-uint64(s.bits) <= slot/64 {
				x.taken = append(x.taken, 0)
			}
			x.taken[uint64(s.bits)+slot/64] |= 1 << (slot % 64)
			s.slots = uint32(slot) + 1
			x.n++
			return false
		}
	}
	x.list = append(x.list, span{addr, size, x.n, 1, uint32(len(x.taken))})
	x.taken = append(x.taken, 1)
	x.n++
	return true
}

// sort prepares find. It reports whether no two objects overlap.
func (x *spans) sort() bool {
	slices.SortFunc(x.list, func(a, b span) int { return cmp.Compare(a.base, b.base) })
	x.bases = make([]uint64, len(x.list))
	for i := range x.list {
		s := &x.list[i]
		if s.end() < s.base || i > 0 && x.list[i-1].end() > s.base {
			return false
		}
		x.bases[i] = s.base
	}
	return true
}

// find returns the object that an address is in, and how many bytes into it.
func (x *spans) find(addr uint64) (object uint32, inside uint64, ok bool) {
	if len(x.list) == 0 {
		return 0, 0, false
	}
	s := &x.list[x.last]
	if addr < s.base || addr >= s.end() {
		at, exact := slices.BinarySearch(x.bases, addr)
		if !exact {
			at--
		}
		if at < 0 || addr >= x.list[at].end() {
			return 0, 0, false
		}
		x.last, s = at, &x.list[at]
	}
	slot := (addr - s.base) / s.size
	word, bit := s.bits+uint32(slot/64), uint(slot%64)
	if x.taken[word]>>bit&1 == 0 {
		return 0, 0, false
	}
	before := bits.OnesCount64(x.taken[word] & (1<<bit - 1))
	for _, w := range x.taken[s.bits:word] {
		before += bits.OnesCount64(w)
	}
	return s.first + uint32(before), (addr - s.base) % s.size, true
}
