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
// that come first in turn: the user's globals, other people's, the user's
// goroutines, other people's, and the runtime's own. What holds for good is thereby told rather than what
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
	a.queue = make([]uint32, 0, a.top()+1)
	for right := exact; right <= doubtful; right++ {
		for turn := range runtimes + 1 {
			for root := range a.g.Roots {
				a.enter(root, right, turn, turns[root])
			}
			a.follow(right)
		}
	}
	a.rest()
}

// The turns of roots.
const (
	users = iota
	others
	goroutines // the user's
	strangers  // other people's goroutines
	runtimes
)

// turns says of each root when its turn is.
func (g *Graph) turns() []int {
	turns := make([]int, len(g.Roots))
	for i := range g.Roots {
		r := &g.Roots[i]
		_, user := diff.UserFrame([]diff.Frame{{Function: r.Name}}, nil)
		switch {
		case r.Kind == Global && user:
			turns[i] = users
		case r.Kind == Global && !strings.HasPrefix(r.Name, "runtime."):
			turns[i] = others
		case r.Kind != Global && !r.System && user:
			turns[i] = goroutines
		case r.Kind != Global && !r.System:
			turns[i] = strangers
		default:
			turns[i] = runtimes
		}
	}
	return turns
}

// enter puts what a root holds by a right into the queue, if it is its turn.
// The record that the runtime keeps of a goroutine leads all through the
// runtime, so that its turn is the runtime's.
func (a *Analysis) enter(root int, right level, turn, whose int) {
	for _, s := range a.g.slotsOf(root) {
		when := whose
		if a.g.Roots[root].Kind == Goroutine && s.at == 0 {
			when = runtimes
		}
		if when == turn && a.g.levelOf(root, s) == right {
			a.meet(s.target, a.rootNode(root), uint32(root), right)
		}
	}
}

func (a *Analysis) meet(object, from, root uint32, right level) {
	if a.level[object] == unreached {
		a.level[object], a.parent[object], a.root[object] = right, from, root
		a.queue = append(a.queue, object)
	}
}

// follow reaches all there is from the objects in the queue. Every object is
// in it once, so it never grows.
func (a *Analysis) follow(right level) {
	for ; a.followed < len(a.queue); a.followed++ {
		next := a.queue[a.followed]
		for _, t := range a.g.edges(next) {
			a.meet(t, next, a.root[next], right)
		}
	}
}

// rest gives what is left to the root of what the dump does not list: first
// the objects that no other of them points to, then those in circles.
func (a *Analysis) rest() {
	if len(a.queue) == a.g.objects() {
		return
	}
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
				a.meet(uint32(object), a.rootNode(root), uint32(root), unlisted)
				a.follow(unlisted)
			}
		}
	}
}
