package heapgraph

import "math"

// runs reads a list whose values are below a bound, one for each object.
func (e *eye) runs(bound uint64) []uint32 {
	all := e.uvarint()
	if all > uint64(e.limits.MaxObjects) {
		e.fail(&LimitError{"objects", int64(e.limits.MaxObjects)})
	}
	var list store[uint32]
	for uint64(list.n) < all && e.err == nil {
		n, v := e.below(maxRun+1, "a run of"), uint32(e.below(bound, "value"))
		if n == 0 || n > all-uint64(list.n) {
			e.damaged("a run of %d", n)
			return nil
		}
		for range n {
			list.add(v)
		}
		e.charge(8 * int64(n))
	}
	return list.flat()
}

func (e *eye) edges() {
	g := e.g
	all := e.uvarint()
	if all > uint64(e.limits.MaxEdges) {
		e.fail(&LimitError{"pointers", int64(e.limits.MaxEdges)})
	}
	var targets, from store[uint32]
	g.start = make([]uint32, 1, g.objects()+1)
	last := uint32(0)
	for range g.units {
		n := e.below(all-uint64(targets.n)+1, "a number of pointers")
		word := uint32(0)
		for ; n > 0 && e.err == nil; n-- {
			last, word = e.step(last), e.step(word)
			if last >= uint32(g.objects()) {
				e.damaged("a pointer to object %d of %d", last, g.objects())
				break
			}
			targets.add(last)
			from.add(word)
			e.charge(16)
		}
		if e.err != nil {
			return
		}
		g.start = append(g.start, uint32(targets.n))
	}
	g.targets, g.from = targets.flat(), from.flat()
}

func (e *eye) roots() {
	g := e.g
	n := e.uvarint()
	g.rootStart = []uint32{0}
	names := texts{}
	names.intern(nil)
	for ; n > 0 && e.err == nil; n-- {
		r := Root{Kind: kinds[e.below(uint64(len(kinds)), "kind")], Name: e.text(), Type: e.text(), System: e.bit()}
		r.Goroutines = int(e.int64("a number of goroutines"))
		r.StackBytes = e.int64("a size")
		for ids := e.below(idsKept+1, "a number of goroutines"); ids > 0; ids-- {
			r.IDs = append(r.IDs, e.uvarint())
		}
		r.fields = e.fields()
		e.slots(&r, &names)
		if (r.Kind == Unlisted) != (n == 1) && e.err == nil {
			e.damaged("a root of kind %s, with %d to come", r.Kind, n-1)
		}
		g.Roots = append(g.Roots, r)
		g.rootStart = append(g.rootStart, uint32(len(g.slots)))
		e.charge(256)
	}
	if len(g.Roots) == 0 && e.err == nil {
		e.damaged("no roots")
	}
	g.names = names.list
}

func (e *eye) slots(r *Root, names *texts) {
	for n := e.uvarint(); n > 0 && e.err == nil; n-- {
		s := slot{target: uint32(e.below(uint64(e.g.objects()), "a pointer to object")), exact: e.bit()}
		if r.Kind == Goroutine {
			s.at, _ = names.intern([]byte(e.text()))
		} else {
			s.at = e.small("an offset")
		}
		if r.Kind == Unlisted {
			e.damaged("a pointer of what is not listed")
		}
		if len(e.g.slots) >= math.MaxInt32 {
			e.fail(&LimitError{"pointers", math.MaxInt32})
		}
		e.g.slots = append(e.g.slots, s)
		e.charge(32)
	}
}

func (e *eye) samples() {
	n := e.uvarint()
	last := uint32(0)
	for ; n > 0 && e.err == nil; n-- {
		s := sample{object: e.step(last), site: uint32(e.below(uint64(len(e.g.Sites)), "site"))}
		if (s.object < last || s.object >= uint32(e.g.objects())) && e.err == nil {
			e.damaged("a sample of object %d", s.object)
		}
		last = s.object
		e.g.samples = append(e.g.samples, s)
		e.charge(16)
	}
}
