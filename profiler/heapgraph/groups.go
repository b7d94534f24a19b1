package heapgraph

import (
	"regexp"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
)

// idsKept are enough to find some of a group's goroutines elsewhere.
const idsKept = 8

// groups gathers roots. Ten thousand goroutines that wait alike are one root,
// so that what they hold together is one figure.
type groups struct {
	list  []Root
	index map[groupKey]uint32
}

type groupKey struct {
	kind   Kind
	name   string
	system bool
}

func (s *groups) root(kind Kind, name string, system bool) uint32 {
	key := groupKey{kind, name, system}
	n, ok := s.index[key]
	if !ok {
		if s.index == nil {
			s.index = make(map[groupKey]uint32)
		}
		n = uint32(len(s.list))
		s.index[key] = n
		s.list = append(s.list, Root{Kind: kind, Name: name, System: system})
	}
	return n
}

// groupOf adds a goroutine to those in the same function for the same reason.
// The function is the first of the user's on its stack, as in package diff;
// without one it is what the goroutine was started with.
func (b *builder) groupOf(g *goroutine) uint32 {
	before := len(b.groups.list)
	n := b.groups.root(Goroutine, b.standsFor(g)+" ("+g.state+")", g.system)
	if len(b.groups.list) > before {
		b.charge(256)
	}
	r := &b.groups.list[n]
	r.Goroutines++
	r.StackBytes += int64(g.bytes)
	if len(r.IDs) < idsKept {
		r.IDs = append(r.IDs, g.id)
	}
	return n
}

func (b *builder) standsFor(g *goroutine) string {
	stack := make([]diff.Frame, 0, len(g.frames))
	for _, f := range g.frames {
		name := b.strings.text(f)
		if name == "runtime.goexit" || wrapper.MatchString(name) {
			continue
		}
		stack = append(stack, diff.Frame{Function: name, File: b.options.Binary.fileOf(name)})
	}
	if at, _ := diff.UserFrame(stack, b.options.UserCode); at >= 0 {
		return stack[at].Function
	}
	switch {
	case len(stack) > 0:
		return strings.TrimSuffix(stack[len(stack)-1].Function, "-fm")
	case len(g.frames) > 1: // what was started is inlined into what wraps it
		return wrapper.ReplaceAllString(b.strings.text(g.frames[len(g.frames)-2]), "")
	}
	return "a goroutine without a stack"
}

// wrapper finds what the compiler makes of a go statement with arguments, which
// traces of stacks leave out.
var wrapper = regexp.MustCompile(`\.gowrap\d+$`)
