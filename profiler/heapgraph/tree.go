package heapgraph

import (
	"cmp"
	"slices"
	"strings"
)

// Children returns the n objects that retain most of what node holds and would
// be free without it, and how many there are. The children of a map are its
// entries. A tree of everything begins at Root.
func (a *Analysis) Children(node uint32, n int) (steps []Step, all int) {
	if node > a.top() {
		return nil, 0
	}
	var nodes []uint32
	if a.inner(node) {
		a.within(node, func(part uint32) {
			for _, c := range a.dominated(part) {
				if !a.inner(c) {
					nodes = append(nodes, c)
				}
			}
		})
	} else {
		nodes = slices.Clone(a.dominated(node))
	}
	slices.SortFunc(nodes, a.byRetained)
	for _, c := range nodes[:min(n, len(nodes))] {
		steps = append(steps, a.stepTo(c))
	}
	return steps, len(nodes)
}

func (a *Analysis) byRetained(x, y uint32) int {
	return cmp.Or(cmp.Compare(a.retained[y], a.retained[x]), cmp.Compare(x, y))
}

// Root is the node above all roots: its children are the roots that retain
// most, and objects that several roots share.
func (a *Analysis) Root() uint32 { return a.top() }

// Search returns the n nodes that retain most among the roots whose name and
// the objects whose type holds text, whatever its case.
func (a *Analysis) Search(text string, n int) []Step {
	text = strings.ToLower(text)
	holds := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	if text == "" {
		return nil
	}
	var nodes []uint32
	for i := range a.g.Roots {
		if holds(a.g.Roots[i].Name) && a.counts[a.rootNode(i)] > 0 {
			nodes = append(nodes, a.rootNode(i))
		}
	}
	shapes := make([]bool, len(a.g.shapes))
	for i := range a.g.shapes {
		shapes[i] = holds(a.g.shapes[i].name)
	}
	for object, shape := range a.g.shapeOf {
		if !shapes[shape] || a.level[object] == unreached {
			continue
		}
		nodes = append(nodes, uint32(object))
		if len(nodes) > 4*n+1024 { // keep the list short without sorting it each time
			slices.SortFunc(nodes, a.byRetained)
			nodes = nodes[:n]
		}
	}
	slices.SortFunc(nodes, a.byRetained)
	steps := make([]Step, 0, min(n, len(nodes)))
	for _, node := range nodes[:min(n, len(nodes))] {
		steps = append(steps, a.stepTo(node))
	}
	return steps
}
