package diff

import (
	"fmt"
	"math"
	"slices"

	"github.com/google/pprof/profile"
)

const (
	// DefaultNodes is how many nodes a browser draws without effort.
	DefaultNodes = 8192

	// maxTree bounds the tree before it is pruned: some 100 MiB.
	maxTree = 1 << 20
)

// A Node is a function called on one path, with what its calls hold in either
// profile, callees included. The root stands for the whole process.
type Node struct {
	Name     string  `json:"name"` // short, for display
	Function string  `json:"function"`
	File     string  `json:"file"`
	Line     int     `json:"line"` // the weightiest of the function's lines on this path
	Base     float64 `json:"base"`
	Head     float64 `json:"head"`
	Children []*Node `json:"children,omitempty"`
	User     bool    `json:"user"` // the user's own code

	heaviest float64 // weight of Line
}

// Flame merges the stacks of two profiles into one tree of functions from root
// to leaf, for a flame graph of the difference. Of more than maxNodes nodes
// (0 means DefaultNodes) the smallest are left out; their values stay in their
// callers, so that the widths are true. Of the options Sample and UserCode count.
func Flame(base, head *profile.Profile, o Options, maxNodes int) (*Node, error) {
	s, err := agree(base, head)
	if err != nil {
		return nil, fmt.Errorf("building flame graph: %w", err)
	}
	sample, err := s.resolve(o.Sample)
	if err != nil {
		return nil, fmt.Errorf("building flame graph: %w", err)
	}
	p, err := newPair(base, head, s, newAttribution(o.UserCode, base, head))
	if err != nil {
		return nil, fmt.Errorf("building flame graph: %w", err)
	}
	if maxNodes <= 0 {
		maxNodes = DefaultNodes
	}
	t := &tree{pair: p, root: &Node{Name: "all", Children: []*Node{}}, calls: make(map[call]*Node)}
	for i := range p.buckets {
		b := &p.buckets[i]
		if err := t.grow(b.stack, b.base[column(sample)], b.head[column(sample)]); err != nil {
			return nil, fmt.Errorf("building flame graph: %w", err)
		}
	}
	t.prune(maxNodes)
	return t.root, nil
}

// A tree is a flame graph in the making.
type tree struct {
	pair  *pair
	root  *Node
	calls map[call]*Node
}

// A call is a function called from a node.
type call struct {
	caller *Node
	fn     int32
}

// grow adds the values of one stack.
func (t *tree) grow(stack []int32, base, head float64) error {
	if base == 0 && head == 0 {
		return nil
	}
	at := t.root
	at.Base += base
	at.Head += head
	for _, frame := range slices.Backward(stack) {
		key := call{at, t.pair.frames[frame].fn}
		next := t.calls[key]
		if next == nil {
			if len(t.calls) >= maxTree {
				return &LimitError{"nodes in the flame graph", maxTree + 1, maxTree}
			}
			f := t.pair.functionOf(frame)
			next = &Node{Name: ShortName(f.name), Function: f.name, File: f.file, User: t.pair.originOf(frame) == originUser}
			t.calls[key] = next
			at.Children = append(at.Children, next)
		}
		next.Base += base
		next.Head += head
		if w := math.Max(base, head); w > next.heaviest {
			next.heaviest, next.Line = w, int(t.pair.frames[frame].line)
		}
		at = next
	}
	return nil
}

// width is what pruning goes by. A caller is never narrower than its callees,
// so what is kept is a tree.
func (n *Node) width() float64 { return math.Max(n.Base, n.Head) }

// prune keeps the widest nodes and orders siblings, widest first.
func (t *tree) prune(maxNodes int) {
	order := make([]*Node, 0, len(t.calls)+1)
	var walk func(*Node)
	walk = func(n *Node) {
		order = append(order, n)
		slices.SortStableFunc(n.Children, wider)
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(t.root)
	if len(order) <= maxNodes {
		return
	}
	slices.SortStableFunc(order, wider) // callers stand before their callees
	kept := make(map[*Node]bool, maxNodes)
	for _, n := range order[:maxNodes] {
		kept[n] = true
	}
	for n := range kept {
		n.Children = slices.DeleteFunc(n.Children, func(child *Node) bool { return !kept[child] })
	}
}

func wider(a, b *Node) int {
	switch {
	case a.width() > b.width():
		return -1
	case a.width() < b.width():
		return 1
	}
	return 0
}
