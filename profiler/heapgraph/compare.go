package heapgraph

import (
	"cmp"
	"slices"
)

// A Change is what became of a root between two graphs of one program.
type Change struct {
	Kind   Kind    `json:"kind"`
	Name   string  `json:"root"`
	Before Measure `json:"before"`
	After  Measure `json:"after"`
}

// A Measure is how much a root holds. What it shares with others counts, if it
// comes before them.
type Measure struct {
	Bytes      int64 `json:"bytes"`
	Objects    int   `json:"objects"`
	Entries    int   `json:"entries"` // of the container that holds most of it
	Goroutines int   `json:"goroutines,omitempty"`
}

// Compare returns the n roots whose bytes changed most from a to b. Roots are
// the same if their kind and name are.
func Compare(a, b *Analysis, n int) []Change {
	changes := make(map[groupKey]*Change)
	note := func(of *Analysis, pick func(*Change) *Measure) {
		for root, m := range of.measures() {
			r := &of.g.Roots[root]
			key := groupKey{kind: r.Kind, name: r.Name}
			c := changes[key]
			if c == nil {
				c = &Change{Kind: r.Kind, Name: r.Name}
				changes[key] = c
			}
			*pick(c) = m
		}
	}
	before := func(c *Change) *Measure { return &c.Before }
	after := func(c *Change) *Measure { return &c.After }
	note(a, before)
	note(b, after)
	list := make([]Change, 0, len(changes))
	for _, c := range changes {
		if c.Before.Bytes != c.After.Bytes {
			list = append(list, *c)
		}
	}
	slices.SortFunc(list, func(x, y Change) int {
		return cmp.Or(cmp.Compare(abs(y.moved()), abs(x.moved())), cmp.Compare(x.Name, y.Name))
	})
	list = list[:min(n, len(list))]
	for i := range list {
		c := &list[i]
		c.Before.Entries, c.After.Entries = a.entriesOf(c.Kind, c.Name), b.entriesOf(c.Kind, c.Name)
	}
	return list
}

func (c *Change) moved() int64 { return c.After.Bytes - c.Before.Bytes }

func abs(v int64) int64 { return max(v, -v) }

// measures returns what every root holds, less the entries.
func (a *Analysis) measures() []Measure {
	list := make([]Measure, len(a.g.Roots))
	for root, s := range a.shared() {
		node := a.rootNode(root)
		list[root] = Measure{
			Bytes:      a.retained[node] + s.bytes,
			Objects:    int(a.counts[node]) + s.objects,
			Goroutines: a.g.Roots[root].Goroutines,
		}
	}
	return list
}

func (a *Analysis) entriesOf(kind Kind, name string) int {
	for root := range a.g.Roots {
		if r := &a.g.Roots[root]; r.Kind == kind && r.Name == name {
			node, _ := a.container(&holding{root: root}, weights{bytes: a.retained})
			return a.entries(node)
		}
	}
	return 0
}
