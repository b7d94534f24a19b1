package heapgraph

// dominate finds the immediate dominator of every node: the nearest one that
// every path from the roots to it passes, without which it would be free. The
// algorithm is semi-NCA (L. Georgiadis, R. E. Tarjan and R. F. Werneck, "Finding
// dominators in practice", JGAA 2006), over the numbers of a depth-first search.
//
// It returns arrays of as many numbers as there are nodes, and two more, for
// others to use: a graph is large enough for that to matter.
func (a *Analysis) dominate() (spare [3][]uint32) {
	t := a.search()
	preds, predFrom := a.predecessors(t)
	n := len(t.nodes)
	semi := make([]uint32, a.top()+3)[:n]
	label := make([]uint32, a.top()+3)[:n]
	ancestor := make([]uint32, n) // compressed as the search goes on
	for i := range label {
		label[i] = uint32(i)
		semi[i] = uint32(i)
	}
	copy(ancestor, t.parent)
	f := forest{ancestor, label, semi, nil}
	for w := uint32(n) - 1; w > 0; w-- {
		best := t.parent[w]
		for _, v := range preds[predFrom[w]:predFrom[w+1]] {
			if s := semi[f.least(v, w)]; s < best {
				best = s
			}
		}
		semi[w] = best
	}
	idom := t.parent // turned into dominators from the top down
	for w := 1; w < n; w++ {
		d := idom[w]
		for d > semi[w] {
			d = idom[d]
		}
		idom[w] = d
	}
	a.idom = t.number // whose turn is over; nodes that were not met stay none
	for w := 1; w < n; w++ {
		a.idom[t.nodes[w]] = t.nodes[idom[w]]
	}
	a.idom[a.top()] = none
	a.order = t.nodes
	return [3][]uint32{semi, label, predFrom}
}

// A forest is the part of the search tree that has been processed: nodes from
// a number up, linked to their parents.
type forest struct {
	ancestor, label, semi []uint32
	path                  []uint32
}

// least returns the node with the least semidominator among v and those of its
// ancestors that are numbered above last, and shortens the way for next time.
func (f *forest) least(v, last uint32) uint32 {
	if f.ancestor[v] <= last || v <= last {
		return f.label[v]
	}
	path := f.path[:0]
	for f.ancestor[v] > last {
		path = append(path, v)
		v = f.ancestor[v]
	}
	best := f.label[v]
	up := f.ancestor[v]
	for i := len(path) - 1; i >= 0; i-- {
		u := path[i]
		f.ancestor[u] = up
		if f.semi[best] < f.semi[f.label[u]] {
			f.label[u] = best
		} else {
			best = f.label[u]
		}
	}
	f.path = path
	return best
}

// A tree is the order of a depth-first search. Numbers count nodes as they
// are met; 0 is the node above all roots.
type tree struct {
	nodes  []uint32 // by number
	number []uint32 // by node, none if it was not met
	parent []uint32 // by number: a number
	stack  []visit
}

func (a *Analysis) search() *tree {
	total := int(a.top()) + 1
	t := &tree{nodes: a.queue[:0], number: make([]uint32, total), parent: make([]uint32, 0, total)}
	for i := range t.number {
		t.number[i] = none
	}
	a.queue = nil
	t.meet(a.top(), 0)
	for root := range a.g.Roots {
		node := a.rootNode(root)
		above := t.meet(node, 0)
		a.eachEdge(node, func(object uint32) {
			if t.number[object] == none {
				t.descend(a, object, above)
			}
		})
	}
	return t
}

// A visit is an object on the way down, and which of its edges is next.
type visit struct{ number, next uint32 }

// descend meets all that is below an object, and keeps its own stack: a list
// can be a million objects deep.
func (t *tree) descend(a *Analysis, object, above uint32) {
	t.stack = append(t.stack[:0], visit{t.meet(object, above), a.g.start[object]})
	for len(t.stack) > 0 {
		v := &t.stack[len(t.stack)-1]
		object := t.nodes[v.number]
		if v.next == a.g.start[object+1] {
			t.stack = t.stack[:len(t.stack)-1]
			continue
		}
		next := a.g.targets[v.next]
		v.next++
		if t.number[next] == none && a.keeps(a.level[object], next) {
			t.stack = append(t.stack, visit{t.meet(next, v.number), a.g.start[next]})
		}
	}
}

func (t *tree) meet(node, parent uint32) uint32 {
	n := uint32(len(t.nodes))
	t.number[node] = n
	t.nodes = append(t.nodes, node)
	t.parent = append(t.parent, parent)
	return n
}

// predecessors returns the edges the other way round, by number.
func (a *Analysis) predecessors(t *tree) (preds, from []uint32) {
	n := len(t.nodes)
	from = make([]uint32, a.top()+3)[:n+2]
	a.eachNumbered(t, func(_, to uint32) { from[to+2]++ })
	for i := 2; i < len(from); i++ {
		from[i] += from[i-1]
	}
	preds = make([]uint32, from[n+1])
	a.eachNumbered(t, func(v, to uint32) {
		preds[from[to+1]] = v
		from[to+1]++
	})
	return preds, from[:n+1]
}

func (a *Analysis) eachNumbered(t *tree, f func(from, to uint32)) {
	for number, node := range t.nodes {
		switch {
		case node == a.top():
			for root := range a.g.Roots {
				f(0, t.number[a.rootNode(root)])
			}
		default:
			a.eachEdge(node, func(object uint32) { f(uint32(number), t.number[object]) })
		}
	}
}
