package heapgraph

// mostly is the share of what is held that must go the same way for the way to
// be followed: a stray object does not hide the slice that holds the rest.
const mostly = 0.9

// container returns the node under which the held objects part, and one of
// them. Without samples it is where the retained bytes part.
func (a *Analysis) container(h *holding, weight weights) (node, object uint32) {
	node = a.start(h, weight)
	whole := weight.of(node)
	way := []uint32{node}
	for {
		next, ok := a.heaviest(node, weight)
		if !ok || float64(weight.of(next)) < mostly*float64(whole) {
			break
		}
		node = next
		way = append(way, node)
	}
	object = a.below(node, weight)
	if len(a.dominated(node)) == 0 { // one object is held, alone: by what has most entries
		node = a.widest(way)
	}
	return a.beginning(node), object
}

// weights say of each node what is held below it: bytes, or sampled objects.
type weights struct {
	bytes   []int64
	samples []uint32 // nil if bytes are meant
}

func (w weights) of(node uint32) int64 {
	if w.samples != nil {
		return int64(w.samples[node])
	}
	return w.bytes[node]
}

// weigh counts the held objects below each node, in scratch, which is one
// number for each node. Without samples bytes are weighed.
func (a *Analysis) weigh(h *holding, scratch []uint32) weights {
	if len(h.objects) == 0 {
		return weights{bytes: a.retained}
	}
	clear(scratch)
	for _, o := range h.objects {
		scratch[o]++
	}
	for i := len(a.order) - 1; i > 0; i-- {
		scratch[a.idom[a.order[i]]] += scratch[a.order[i]]
	}
	return weights{samples: scratch}
}

// start returns the root, or if it shares what it holds, the heaviest node
// that it shares.
func (a *Analysis) start(h *holding, weight weights) uint32 {
	best := a.rootNode(h.root)
	for _, node := range a.dominated(a.top()) {
		if node < a.objects() && int(a.root[node]) == h.root && weight.of(node) > weight.of(best) {
			best = node
		}
	}
	return best
}

func (a *Analysis) heaviest(node uint32, weight weights) (best uint32, ok bool) {
	for _, c := range a.dominated(node) {
		if !ok || weight.of(c) > weight.of(best) {
			best, ok = c, true
		}
	}
	return best, ok
}

// below follows the heaviest nodes down to one that weighs by itself.
func (a *Analysis) below(node uint32, weight weights) uint32 {
	for {
		next, ok := a.heaviest(node, weight)
		if !ok || weight.of(next) == 0 {
			return node
		}
		node = next
	}
}

// widest returns the node with most entries, of those ahead of the last.
func (a *Analysis) widest(way []uint32) uint32 {
	best := way[0]
	for _, node := range way[:max(len(way)-1, 1)] {
		if len(a.dominated(node)) >= len(a.dominated(best)) {
			best = node
		}
	}
	return best
}

// beginning returns the map that a node is a part of, or the first node of the
// list or tree.
func (a *Analysis) beginning(node uint32) uint32 {
	for {
		up := a.idom[node]
		if !a.inner(node) || !a.inner(up) {
			if !a.akin(node, up) {
				return node
			}
		}
		node = up
	}
}

// akin reports whether two nodes are objects of one kind, as the nodes of a
// list are.
func (a *Analysis) akin(x, y uint32) bool {
	if x >= a.objects() || y >= a.objects() || a.g.units[x] != a.g.units[y] {
		return false
	}
	return a.g.shapeOf == nil || a.g.shapeOf[x] == a.g.shapeOf[y]
}

// stepTo returns the last step of the path to a node.
func (a *Analysis) stepTo(node uint32) Step {
	switch {
	case node == a.top():
		return Step{Node: node}
	case a.isRoot(node):
		return a.rootStep(node)
	}
	return a.step(a.parent[node], node)
}
