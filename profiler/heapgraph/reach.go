package heapgraph

import (
	"strings"

	"github.com/leakline/leakline/profiler/diff"
)

// A level is the right by which an object is kept, the best first.
type level uint8

const (
	exact     level = iota // a global, a live slot of a stack
	finalized              // a finalizer that has not run
	doubtful               // a word on a stack that may be left over
	unlisted               // nothing that the dump lists
	unreached
)

func (g *Graph) levelOf(root int, s slot) level {
	switch {
	case g.Roots[root].Kind == Finalizer:
		return finalized
	case !s.exact:
		return doubtful
	}
	return exact
}

// reach finds a path to every object. Paths are the shortest from the roots
// that come first in turn: the user's globals, other people's, goroutines, and
// the runtime's own. What holds for good is thereby told rather than what
// holds for the moment, even if its path is longer.
func (a *Analysis) reach() {
	n := a.g.objects()
	a.root = make([]uint32, n)
	a.parent = make([]uint32, n)
	a.level = make([]level, n)
	for i := range a.level {
		a.level[i] = unreached
	}
	turns := a.g.turns()
	queue := make([]uint32, 0, 1024)
	for right := exact; right <= doubtful; right++ {
		for turn := range lastTurn {
			queue = queue[:0]
			for root := range a.g.Roots {
				if turns[root] == turn {
					queue = a.enter(queue, root, right)
				}
			}
			a.follow(queue, right)
		}
	}
	a.rest(queue[:0])
}

const lastTurn = 4

// turns says of each root when its turn is.
func (g *Graph) turns() []int {
	turns := make([]int, len(g.Roots))
	for i := range g.Roots {
		r := &g.Roots[i]
		_, users := diff.UserFrame([]diff.Frame{{Function: r.Name}}, nil)
		switch {
		case r.Kind == Global && users:
			turns[i] = 0
		case r.Kind == Global && !strings.HasPrefix(r.Name, "runtime."):
			turns[i] = 1
		case r.Kind != Global && !r.System:
			turns[i] = 2
		default:
			turns[i] = 3
		}
	}
	return turns
}

// enter puts what a root holds by a right into the queue.
func (a *Analysis) enter(queue []uint32, root int, right level) []uint32 {
	for _, s := range a.g.slotsOf(root) {
		if a.g.levelOf(root, s) == right && a.level[s.target] == unreached {
			a.level[s.target] = right
			a.parent[s.target] = a.rootNode(root)
			a.root[s.target] = uint32(root)
			queue = append(queue, s.target)
		}
	}
	return queue
}

// follow reaches all there is from the objects in the queue.
func (a *Analysis) follow(queue []uint32, right level) {
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, t := range a.g.edges(next) {
			if a.level[t] == unreached {
				a.level[t] = right
				a.parent[t] = next
				a.root[t] = a.root[next]
				queue = append(queue, t)
			}
		}
	}
}

// rest gives what is left to the root of what the dump does not list: first
// the objects that no other of them points to, then those in circles.
func (a *Analysis) rest(queue []uint32) {
	root := len(a.g.Roots) - 1
	pointed := make([]bool, a.objects())
	for object, l := range a.level {
		if l == unreached {
			for _, t := range a.g.edges(uint32(object)) {
				if a.level[t] == unreached && t != uint32(object) {
					pointed[t] = true
				}
			}
		}
	}
	for _, circles := range []bool{false, true} {
		for object := range a.level {
			if a.level[object] == unreached && (circles || !pointed[object]) {
				a.level[object] = unlisted
				a.parent[object] = a.rootNode(root)
				a.root[object] = uint32(root)
				a.follow(append(queue[:0], uint32(object)), unlisted)
			}
		}
	}
}
