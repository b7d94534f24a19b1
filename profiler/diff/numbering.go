package diff

// A numbering maps the ids of one profile to ours. The runtime counts its ids
// from 1, so a slice does; a profile from elsewhere may use any 64 bits.
type numbering struct {
	dense  []int32 // ours + 1, 0 when not yet known
	sparse map[uint64]int32
}

// newNumbering expects n ids.
func newNumbering(n int) *numbering {
	return &numbering{dense: make([]int32, n+1), sparse: make(map[uint64]int32)}
}

func (n *numbering) get(id uint64) (int32, bool) {
	if id < uint64(len(n.dense)) {
		return n.dense[id] - 1, n.dense[id] != 0
	}
	ours, ok := n.sparse[id]
	return ours, ok
}

func (n *numbering) set(id uint64, ours int32) {
	if id < uint64(len(n.dense)) {
		n.dense[id] = ours + 1
		return
	}
	n.sparse[id] = ours
}
