package heapgraph

// mostly is the share of what is held that must go the same way for the way to
// be followed: a stray object does not hide the slice that holds the rest.
const mostly = 0.9

// container returns the node under which the held objects part, and one of
// them. Without samples it is where the retained bytes part.
func (a *Analysis) container(h *holding) (node, object uint32) {
	weight := a.weigh(h)
	node = a.start(h, weight)
	whole := weight[node]
	way := []uint32{node}
	for {
		next, ok := a.heaviest(node, weight)
		if !ok || float64(weight[next]) < mostly*float64(whole) {
			break
		}
		node = next
		way = append(way, node)
	}
	if len(h.objects) == 0 {
		return node, a.below(node, weight)
	}
	for _, o := range h.objects {
		if o == node { // it is held alone: by what has most entries
			return a.widest(way), o
		}
	}
	return node, a.below(node, weight)
}

// weigh says how many of the held objects each node dominates.
func (a *Analysis) weigh(h *holding) []int64 {
	if len(h.objects) == 0 {
		return a.retained
	}
	weight := make([]int64, len(a.retained))
	for _, o := range h.objects {
		weight[o]++
	}
	for i := len(a.order) - 1; i > 0; i-- {
		weight[a.idom[a.order[i]]] += weight[a.order[i]]
	}
	return weight
}

// start returns the root, or if it shares what it holds, the heaviest node
// that it shares.
func (a *Analysis) start(h *holding, weight []int64) uint32 {
	best := a.rootNode(h.root)
	for _, node := range a.dominated(a.top()) {
		if node < a.objects() && int(a.root[node]) == h.root && weight[node] > weight[best] {
			best = node
		}
	}
	return best
}

func (a *Analysis) heaviest(node uint32, weight []int64) (best uint32, ok bool) {
	for _, c := range a.dominated(node) {
		if !ok || weight[c] > weight[best] {
			best, ok = c, true
		}
	}
	return best, ok
}

// below follows the heaviest nodes down to one that weighs by itself.
func (a *Analysis) below(node uint32, weight []int64) uint32 {
	for {
		next, ok := a.heaviest(node, weight)
		if !ok || weight[next] == 0 {
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

// entries counts the objects that a container points to and that nothing else
// holds.
func (a *Analysis) entries(node uint32) int {
	n := 0
	var last uint32 = none
	count := func(object uint32) {
		if object != last && a.idom[object] == node {
			n++
		}
		last = object
	}
	a.eachEdge(node, count)
	return n
}
