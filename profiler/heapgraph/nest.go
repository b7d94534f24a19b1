package heapgraph

// nest sums what each node retains and lists what it dominates, in the arrays
// that dominate has no more use for.
func (a *Analysis) nest(spare [3][]uint32) {
	nodes := int(a.top()) + 1
	for i := range spare {
		spare[i] = spare[i][:nodes+2]
		clear(spare[i])
	}
	a.retained = make([]int64, nodes)
	a.counts = spare[0][:nodes]
	a.childFrom = spare[1]
	for i := len(a.order) - 1; i > 0; i-- {
		node := a.order[i]
		if node < a.objects() {
			a.retained[node] += a.g.size(node)
			a.counts[node]++
		}
		up := a.idom[node]
		a.retained[up] += a.retained[node]
		a.counts[up] += a.counts[node]
		a.childFrom[up+2]++
	}
	for i := 2; i < len(a.childFrom); i++ {
		a.childFrom[i] += a.childFrom[i-1]
	}
	a.children = spare[2][:len(a.order)-1]
	for _, node := range a.order[1:] {
		up := a.idom[node]
		a.children[a.childFrom[up+1]] = node
		a.childFrom[up+1]++
	}
	a.childFrom = a.childFrom[:nodes+1]
}

// dominated returns the nodes that node immediately dominates.
func (a *Analysis) dominated(node uint32) []uint32 {
	return a.children[a.childFrom[node]:a.childFrom[node+1]]
}
