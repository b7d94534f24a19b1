package heapgraph

import (
	"math/rand/v2"
	"testing"
)

// graphOf makes a graph from the objects that each object points to, and those
// that each root does. Object i has i+1 units.
func graphOf(edges [][]uint32, roots []Root, slots [][]slot) *Graph {
	g := &Graph{
		About: About{Pointer: 8, SampleRate: 512},
		start: []uint32{0}, rootStart: []uint32{0},
		shapes: []shape{{}}, names: []string{"", "main.f"},
	}
	for i, to := range edges {
		g.units = append(g.units, uint32(i+1))
		g.targets = append(g.targets, to...)
		for k := range to {
			g.from = append(g.from, uint32(k))
		}
		g.start = append(g.start, uint32(len(g.targets)))
	}
	g.shapeOf = make([]uint32, len(g.units))
	for i, r := range roots {
		g.Roots = append(g.Roots, r)
		g.slots = append(g.slots, slots[i]...)
		g.rootStart = append(g.rootStart, uint32(len(g.slots)))
	}
	g.Roots = append(g.Roots, Root{Kind: Unlisted, System: true})
	g.rootStart = append(g.rootStart, uint32(len(g.slots)))
	return g
}

// random makes a graph of n objects, with loops, double edges and objects that
// nothing holds.
func random(r *rand.Rand, n int) *Graph {
	pick := func(most int) (to []uint32) {
		for range r.IntN(most + 1) {
			to = append(to, uint32(r.IntN(n)))
		}
		return to
	}
	edges := make([][]uint32, n)
	for i := range edges {
		edges[i] = pick(3)
	}
	var roots []Root
	var slots [][]slot
	for i, kind := range []Kind{Global, Global, Goroutine, Goroutine, Finalizer} {
		roots = append(roots, Root{Kind: kind, Name: string(rune('a' + i))})
		var held []slot
		for _, to := range pick(2) {
			held = append(held, slot{target: to, at: uint32(r.IntN(2)), exact: r.IntN(3) > 0})
		}
		slots = append(slots, held)
	}
	return graphOf(edges, roots, slots)
}

// reachable walks from the top, around one node.
func reachable(a *Analysis, without uint32) []bool {
	seen := make([]bool, a.top()+1)
	if without == a.top() {
		return seen
	}
	seen[a.top()] = true
	stack := []uint32{a.top()}
	visit := func(node uint32) {
		if node != without && !seen[node] {
			seen[node] = true
			stack = append(stack, node)
		}
	}
	for len(stack) > 0 {
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if node == a.top() {
			for root := range a.g.Roots {
				visit(a.rootNode(root))
			}
		}
		a.eachEdge(node, visit)
	}
	return seen
}

// A node retains what nothing reaches without it.
func TestRetainedIsWhatWouldBeFree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		a := random(r, 1+r.IntN(30)).Analyze()
		all := reachable(a, none)
		for node := range a.top() + 1 {
			rest := reachable(a, node)
			var bytes int64
			var objects uint32
			for o := range a.objects() {
				if all[o] && !rest[o] {
					bytes += a.g.size(o)
					objects++
				}
				if !all[o] {
					t.Fatalf("round %d: nothing reaches object %d, not even what is unlisted", round, o)
				}
			}
			if a.retained[node] != bytes || a.counts[node] != objects {
				t.Fatalf("round %d: node %d retains %d bytes in %d objects, want %d in %d", round, node,
					a.retained[node], a.counts[node], bytes, objects)
			}
			for _, c := range a.dominated(node) {
				if a.idom[c] != node || rest[c] {
					t.Fatalf("round %d: node %d does not dominate %d", round, node, c)
				}
			}
		}
	}
}

func TestPathsLeadFromRootToObject(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		a := random(r, 1+r.IntN(30)).Analyze()
		for o := range a.objects() {
			node := o
			for steps := 0; node < a.objects(); node = a.parent[node] {
				if steps++; steps > int(a.objects()) {
					t.Fatalf("the path to %d has no end", o)
				}
			}
			if a.rootNode(int(a.root[o])) != node {
				t.Fatalf("the path to %d begins at %d, not at its root %d", o, node, a.root[o])
			}
		}
	}
}

// A list of many objects must not take as many frames of stack.
func TestDeepList(t *testing.T) {
	const n = 1 << 18
	edges := make([][]uint32, n)
	for i := range n - 1 {
		edges[i] = []uint32{uint32(i + 1)}
	}
	g := graphOf(edges, []Root{{Kind: Global, Name: "main.head"}}, [][]slot{{{target: 0, exact: true}}})
	for i := range g.units {
		g.units[i] = 2
	}
	a := g.Analyze()
	if got := a.retained[a.rootNode(0)]; got != 16*n {
		t.Errorf("the root retains %d bytes, want %d", got, 16*n)
	}
	path := a.Path(n - 1)
	if len(path) != 3 || path[1].Repeats != n-2 {
		t.Errorf("the path has %d steps: %+v", len(path), path)
	}
	if h := a.Top(1)[0]; h.Entries != n || h.Container.Node != 0 {
		t.Errorf("%d entries hang on node %d, want %d on 0", h.Entries, h.Container.Node, n)
	}
}
