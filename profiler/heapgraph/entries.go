package heapgraph

import "strings"

// entries counts what hangs on a container: the goroutines of a group, the
// entries of a map, the nodes of a list or tree, the elements of an array, else
// the objects it points to and alone holds.
func (a *Analysis) entries(node uint32) int {
	if a.isRoot(node) && a.g.Roots[node-a.objects()].Goroutines > 0 {
		return a.g.Roots[node-a.objects()].Goroutines
	}
	if a.inner(node) {
		return a.mapEntries(node)
	}
	if n := a.kin(node); n > 2 {
		return n
	}
	if node < a.objects() && a.g.shapeAt(node).elem > 0 {
		return a.used(node)
	}
	n := 0
	last := none
	a.eachEdge(node, func(object uint32) {
		if object != last && a.idom[object] == node {
			n++
		}
		last = object
	})
	return n
}

// used counts the elements of an array that hold something, however many
// pointers each has.
func (a *Analysis) used(array uint32) int {
	n := 0
	s := a.g.shapeAt(array)
	last := none
	for i := a.g.start[array]; i < a.g.start[array+1]; i++ {
		at := a.g.from[i]*uint32(a.g.About.Pointer) - s.base
		if element := at / s.elem; element != last && a.idom[a.g.targets[i]] == array {
			n, last = n+1, element
		}
	}
	return n
}

// kin counts the nodes below a node that are of its kind, and itself.
func (a *Analysis) kin(node uint32) int {
	n := 0
	for stack := []uint32{node}; len(stack) > 0; n++ {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, c := range a.dominated(top) {
			if a.akin(c, node) {
				stack = append(stack, c)
			}
		}
	}
	return n
}

// mapEntries counts the slots of a map from which a pointer leads out of it,
// which are all if keys or values have pointers into the heap. A sync.Map has an
// object for each.
func (a *Analysis) mapEntries(node uint32) int {
	n := 0
	a.within(node, func(part uint32) {
		s := a.g.shapeAt(part)
		if s.slot == 0 {
			if strings.HasPrefix(s.name, syncEntry) {
				n++
			}
			return
		}
		last := none
		for i := a.g.start[part]; i < a.g.start[part+1]; i++ {
			if a.inner(a.g.targets[i]) {
				continue
			}
			at := a.g.from[i]*uint32(a.g.About.Pointer) - s.base
			group := uint32(0)
			if s.elem > 0 {
				group, at = at/s.elem, at%s.elem
			}
			if slot := group*slotsPerGroup + (at-slotsAt)/s.slot; slot != last {
				n, last = n+1, slot
			}
		}
	})
	return n
}

// within calls f with a map and all its parts.
func (a *Analysis) within(node uint32, f func(part uint32)) {
	for stack := []uint32{node}; len(stack) > 0; {
		part := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		f(part)
		for _, c := range a.dominated(part) {
			if a.inner(c) {
				stack = append(stack, c)
			}
		}
	}
}

const (
	slotsPerGroup = 8 // of a map, internal/runtime/maps
	slotsAt       = 8 // bytes of a group ahead of its slots
)
