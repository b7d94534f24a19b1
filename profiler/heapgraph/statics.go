package heapgraph

import (
	"cmp"
	"debug/dwarf"
	"slices"
)

// A static is a pointer from the data of the program to its data. What
// var cache = &Cache{} points to is data without a name, and the pointer says
// whose it is.
type static struct{ at, to, ahead uint64 }

// nameless begins the numbers that slots in data without a name have in place
// of an offset.
const nameless = 1 << 31

// maxStatics bounds how many are kept, which is far above what a program has.
const maxStatics = 1 << 20

// static keeps a pointer that may lead to data: the linker puts that behind all
// else.
func (b *builder) static(at, to, ahead uint64) {
	if to < b.segments[0].base || len(b.statics) >= maxStatics {
		return
	}
	b.statics = append(b.statics, static{at, to, ahead})
	b.charge(24)
}

// statics finds what leads to data without a name.
type statics struct {
	list  []static // by where they lead to
	names *names
}

func newStatics(list []static, names *names) *statics {
	if names == nil {
		return &statics{}
	}
	list = slices.DeleteFunc(list, func(s static) bool {
		_, _, named := names.data(s.to)
		return named
	})
	slices.SortStableFunc(list, func(a, b static) int { return cmp.Compare(a.to, b.to) })
	return &statics{list, names}
}

// leading returns the pointer to the data without a name that an address is in.
// No variable may lie between.
func (s *statics) leading(addr uint64) (static, bool) {
	n, _ := slices.BinarySearchFunc(s.list, addr+1, func(s static, addr uint64) int { return cmp.Compare(s.to, addr) })
	if n == 0 {
		return static{}, false
	}
	last := s.list[n-1]
	for n > 1 && s.list[n-2].to == last.to { // the first of equals
		n--
		last = s.list[n-1]
	}
	if v, ok := before(s.names.binary.data, addr-s.names.slide); ok && v.addr > last.to-s.names.slide {
		return static{}, false
	}
	return last, true
}

// before returns the last symbol that begins at an address or ahead of it.
func before(all []symbol, addr uint64) (symbol, bool) {
	n, exact := slices.BinarySearchFunc(all, addr, func(s symbol, addr uint64) int { return cmp.Compare(s.addr, addr) })
	if !exact {
		n--
	}
	if n < 0 {
		return symbol{}, false
	}
	return all[n], true
}

// deepest is how many pieces of data may point to each other in a row.
const deepest = 8

// owner returns the variable that an address belongs to: by name, or through
// pointers from it.
func (s *statics) owner(addr uint64) (v symbol, offset uint32, named, ok bool) {
	named = true
	if s.names == nil {
		return symbol{}, 0, false, false
	}
	for range deepest {
		if v, offset, ok := s.names.data(addr); ok {
			return v, offset, named, true
		}
		lead, ok := s.leading(addr)
		if !ok {
			break
		}
		named, addr = false, lead.at
	}
	return symbol{}, 0, false, false
}

// kind returns the type of the data around an address, how far into it the
// address is, and how the variable names the way there.
func (t *typer) kind(addr uint64, depth int) (kind dwarf.Type, inside int64, label string) {
	if v, offset, ok := t.names.data(addr); ok {
		return t.info.global(v.addr), int64(offset), ""
	}
	lead, ok := t.statics.leading(addr)
	if !ok || depth == 0 {
		return nil, 0, ""
	}
	around, at, label := t.kind(lead.at, depth-1)
	if around == nil {
		return nil, 0, ""
	}
	p, ok := find(around, at)
	target := p.target
	if p.dynamic {
		target = t.held(lead.ahead)
	}
	if !ok || target == nil {
		return nil, 0, ""
	}
	label += p.label
	inside = int64(addr - lead.to)
	if size := target.Size(); p.array && size > 0 {
		label += "[]"
		inside %= size
	}
	return target, inside, label
}

// held returns the type that an interface with this first word points to.
func (t *typer) held(word uint64) dwarf.Type {
	if of, ok := t.itabs[word]; ok {
		word = of
	}
	kind := t.info.typeAt(word - t.slide())
	if kind == nil {
		return nil
	}
	if of := elem(kind); of != nil {
		return of
	}
	return kind
}
