package heapgraph

// A Step is one card of the path from a root to an object.
type Step struct {
	Node          uint32 `json:"node"`
	Label         string `json:"label"`          // how the step before points here: "entry.set", "[]", "frame main.stuck"; the first has the root's name
	Type          string `json:"type,omitempty"` // as Go writes it; "" if unknown
	Bytes         int64  `json:"bytes"`          // of the object itself
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
		steps = a.join(steps, a.step(from, node))
	}
	if len(steps) > maxSteps {
		left := len(steps) - maxSteps
		steps[maxSteps/2-1].Repeats += left
		steps = append(steps[:maxSteps/2], steps[maxSteps/2+left:]...)
	}
	return steps
}

// join appends a step, or counts it as one more like those before.
func (a *Analysis) join(steps []Step, next Step) []Step {
	if n := len(steps); n > 2 {
		last, before := &steps[n-1], &steps[n-2]
		if alike(last, &next) && alike(before, last) {
			next.Repeats = last.Repeats
			before.Repeats++
			steps[n-1] = next
			steps[n-1].Repeats = 0
			return steps
		}
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
	return Step{
		Node:          node,
		Label:         a.label(from, node),
		Type:          a.g.typeOf(node),
		Bytes:         a.g.size(node),
		RetainedBytes: a.retained[node],
		Site:          a.g.siteOf(node),
	}
}

// label says how a node points to an object.
func (a *Analysis) label(from, object uint32) string {
	if a.isRoot(from) {
		root := int(from - a.objects())
		r := &a.g.Roots[root]
		for _, s := range a.g.slotsOf(root) {
			if s.target != object || !a.keeps(a.g.levelOf(root, s), object) {
				continue
			}
			switch {
			case r.Kind == Goroutine && s.at != 0:
				return "frame " + a.g.names[s.at]
			case r.Kind == Global:
				return r.fields[s.at]
			}
		}
		return ""
	}
	for i := a.g.start[from]; i < a.g.start[from+1]; i++ {
		if a.g.targets[i] == object {
			return a.g.fieldAt(from, a.g.from[i])
		}
	}
	return ""
}
