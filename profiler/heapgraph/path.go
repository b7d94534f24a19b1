package heapgraph

import "strings"

// A Step is one card of the path from a root to an object. A map is one step,
// whatever it consists of.
type Step struct {
	Node          uint32 `json:"node"`
	Label         string `json:"label"`              // how the step before points here: "entry.set", "[]", "main.stuck: kept"; the first has the root's name
	Type          string `json:"type,omitempty"`     // as Go writes it; "" if unknown
	Bytes         int64  `json:"bytes"`              // of the object itself; 0 for a root
	Elements      int    `json:"elements,omitempty"` // that an array has room for
	RetainedBytes int64  `json:"retained_bytes"`
	Site          string `json:"site,omitempty"`    // "main.newRiskySet:27" if the allocation was sampled
	Repeats       int    `json:"repeats,omitempty"` // how many more alike follow and are left out, as in a linked list
}

// maxSteps bounds a path; what is between its ends is left out.
const maxSteps = 64

// Path returns the path to a node, from its root. A node that does not exist
// has none.
func (a *Analysis) Path(node uint32) []Step {
	if node >= a.top() {
		return nil
	}
	var nodes []uint32
	for ; node < a.objects(); node = a.parent[node] {
		nodes = append(nodes, node)
	}
	steps := []Step{a.rootStep(node)}
	for i := len(nodes) - 1; i >= 0; i-- {
		from := node
		node = nodes[i]
		if a.inner(from) && a.inner(node) {
			continue // the map has its step
		}
		steps = join(steps, a.step(from, node))
	}
	if len(steps) > maxSteps {
		left := len(steps) - maxSteps
		steps[maxSteps/2-1].Repeats += left
		steps = append(steps[:maxSteps/2], steps[maxSteps/2+left:]...)
	}
	return steps
}

// inner reports whether a node is a map or a part of one.
func (a *Analysis) inner(node uint32) bool {
	return node < a.objects() && a.g.shapeAt(node).inner
}

// join appends a step, or counts it as one more like those before.
func join(steps []Step, next Step) []Step {
	n := len(steps)
	if n > 2 && alike(&steps[n-1], &next) && alike(&steps[n-2], &next) {
		steps[n-2].Repeats++
		steps[n-1] = next
		return steps
	}
	return append(steps, next)
}

func alike(a, b *Step) bool {
	return a.Label == b.Label && a.Type == b.Type && a.Bytes == b.Bytes
}

func (a *Analysis) rootStep(node uint32) Step {
	r := &a.g.Roots[node-a.objects()]
	return Step{Node: node, Label: r.Name, Type: r.Type, RetainedBytes: a.retained[node]}
}

func (a *Analysis) step(from, node uint32) Step {
	s := Step{
		Node:          node,
		Label:         a.label(from, node),
		Type:          a.g.typeOf(node),
		Bytes:         a.g.size(node),
		Elements:      a.g.elements(node),
		RetainedBytes: a.retained[node],
		Site:          a.g.siteOf(node),
	}
	if a.inner(from) {
		s.Label = inMap(s.Label)
	}
	return s
}

// inMap turns the place of a pointer in a map's group, or in an entry of a
// sync.Map, into words.
func inMap(label string) string {
	label = strings.TrimPrefix(label, "[]")
	label = strings.TrimPrefix(label, ".slots[]")
	for _, part := range []struct{ field, words string }{{".key", "key"}, {".elem", "value"}, {".value", "value"}} {
		if rest, ok := strings.CutPrefix(label, part.field); ok {
			return part.words + rest
		}
	}
	return label
}

// label says how a node points to an object.
func (a *Analysis) label(from, object uint32) string {
	if a.isRoot(from) {
		return a.slotLabel(int(from-a.objects()), object)
	}
	for i := a.g.start[from]; i < a.g.start[from+1]; i++ {
		if a.g.targets[i] == object {
			return a.g.fieldAt(from, a.g.from[i])
		}
	}
	return ""
}

func (a *Analysis) slotLabel(root int, object uint32) string {
	r := &a.g.Roots[root]
	for _, s := range a.g.slotsOf(root) {
		switch {
		case s.target != object || !a.keeps(a.g.levelOf(root, s), object):
		case r.Kind == Goroutine:
			return a.g.names[s.at]
		case r.Kind == Global:
			return r.fields[s.at]
		}
	}
	return ""
}
