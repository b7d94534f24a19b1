package heapgraph

import "github.com/leakline/leakline/profiler/diff"

// A Graph is what a heap looked like at one moment, without what was in it.
// It does not change once it is made and may be read by many at a time.
//
// Nodes are numbered: objects from 0 in the order of the dump, then roots.
type Graph struct {
	About About
	Roots []Root
	Sites []Site

	units   []uint32 // size of each object in unitSize
	start   []uint32 // where the edges of each object begin in targets; one more at the end
	targets []uint32 // objects
	from    []uint32 // where in its object each edge is, in words

	slots     []slot   // of all roots, by root
	rootStart []uint32 // where those of each root begin; one more at the end

	shapes  []shape  // what objects are; 0 is unknown
	shapeOf []uint32 // of each object
	samples []sample // by object
	names   []string // of places on stacks, for slots
}

// About says where a graph comes from.
type About struct {
	GoVersion   string `json:"go_version"`
	Arch        string `json:"arch"`
	Pointer     int    `json:"pointer_bytes"`
	SampleRate  int    `json:"sample_rate"`  // bytes between samples
	Collections uint64 `json:"gc_cycles"`    // garbage collections before the dump
	Named       bool   `json:"named"`        // globals have their names
	Typed       bool   `json:"typed"`        // objects have types from DWARF
	Objects     int    `json:"objects"`      // all of the dump
	Bytes       int64  `json:"bytes"`        // of them
	Edges       int    `json:"edges"`        // pointers between them
	Lost        int    `json:"lost_samples"` // sampled objects that are not in the dump
}

// A Kind says what sort of thing a root is.
type Kind string

// The kinds of root. An object that none of the first three reaches may be kept
// by a finalizer: what the object that has one points to lives until it has
// run. What nothing in the dump holds is Unlisted: it became garbage after the
// last collection, or a cleanup or the like keeps it, which a dump does not list.
const (
	Global    Kind = "global"
	Goroutine Kind = "goroutine"
	Other     Kind = "other"
	Finalizer Kind = "finalizer"
	Unlisted  Kind = "unlisted"
)

// A Root is where memory is held from: all of one global, or all goroutines
// that wait in one function for one reason.
type Root struct {
	Kind Kind   `json:"kind"`
	Name string `json:"root"` // "main.auditLog", "main.lookup (chan send)", "finalizer of main.(*conn).close"
	Type string `json:"type,omitempty"`

	Goroutines int      `json:"goroutines,omitempty"` // how many; 0 for other kinds
	IDs        []uint64 `json:"ids,omitempty"`        // of some of them
	StackBytes int64    `json:"stack_bytes,omitempty"`
	System     bool     `json:"system,omitempty"` // the runtime's own

	fields map[uint32]string // of a global, by offset
}

// A Site is a call path that allocated objects of one size.
type Site struct {
	Stack  []diff.Frame // leaf first
	At     int          // which frame stands for it, as in package diff; -1 if there is none
	Size   int64        // bytes of one object
	Allocs int64        // sampled objects ever made
	Frees  int64        // and freed
}

// Function returns the function the site is named by, as pprof prints it.
func (s *Site) Function() string {
	if s.At < 0 {
		return ""
	}
	return s.Stack[s.At].Function
}

// Line returns the line of Function.
func (s *Site) Line() int {
	if s.At < 0 {
		return 0
	}
	return s.Stack[s.At].Line
}

type (
	// A slot is a pointer that a root holds.
	slot struct {
		target uint32
		at     uint32 // bytes into a global; for goroutines the place, in names
		exact  bool   // false if it may be left over: see builder.frame
	}

	// A sample is an object whose allocation the runtime recorded.
	sample struct{ object, site uint32 }
)

// none is no node.
const none = ^uint32(0)

func (g *Graph) objects() int { return len(g.units) }

func (g *Graph) size(object uint32) int64 { return int64(g.units[object]) * unitSize }

func (g *Graph) edges(object uint32) []uint32 {
	return g.targets[g.start[object]:g.start[object+1]]
}

func (g *Graph) slotsOf(root int) []slot { return g.slots[g.rootStart[root]:g.rootStart[root+1]] }
