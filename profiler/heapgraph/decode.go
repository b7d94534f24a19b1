package heapgraph

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/leakline/leakline/profiler/diff"
)

// Decode reads a graph that Encode wrote. Of the options the limits count: a
// small file can ask for much memory. A *LimitError, *FormatError or
// ErrTruncated says why there is no graph.
func Decode(r io.Reader, o Options) (*Graph, error) {
	head := make([]byte, len(graphHeader))
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("reading heap graph: %w", truncated(err))
	}
	if string(head) != graphHeader {
		return nil, fmt.Errorf("reading heap graph: %w", &FormatError{0, "no heap graph, or one of another version"})
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("reading heap graph: %w", truncated(err))
	}
	e := &eye{wire: newWire(z), limits: o.withDefaults(), g: &Graph{}}
	e.texts.intern(nil)
	e.graph()
	if e.wire.err == nil {
		e.end()
	}
	if e.wire.err != nil {
		return nil, fmt.Errorf("reading heap graph: %w", e.wire.err)
	}
	return e.g, nil
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}

// An eye reads what a pen wrote, and believes nothing.
type eye struct {
	*wire
	limits  Options
	spent   int64
	texts   texts
	scratch []byte
	g       *Graph
}

func (e *eye) charge(bytes int64) {
	e.spent += bytes
	if e.spent > e.limits.MaxMemory {
		e.fail(&LimitError{"bytes of memory", e.limits.MaxMemory})
	}
}

// below reads a number that must be less than a bound.
func (e *eye) below(bound uint64, what string) uint64 {
	v := e.uvarint()
	if v >= bound && e.err == nil {
		e.damaged("%s %d of %d", what, v, bound)
	}
	if e.err != nil {
		return 0
	}
	return v
}

func (e *eye) small(what string) uint32 { return uint32(e.below(math.MaxUint32, what)) }

func (e *eye) int64(what string) int64 { return int64(e.below(math.MaxInt64, what)) }

func (e *eye) bit() bool { return e.below(2, "a yes or no that is") == 1 }

// step reads a difference and adds it.
func (e *eye) step(from uint32) uint32 {
	v := e.uvarint()
	to := int64(from) + (int64(v>>1) ^ -int64(v&1))
	if to < 0 || to >= math.MaxUint32 {
		e.damaged("a step to %d", to)
		return 0
	}
	return uint32(to)
}

func (e *eye) text() string {
	known := uint64(len(e.texts.list))
	n := e.below(known+1, "string")
	if e.err != nil {
		return ""
	}
	if n < known {
		return e.texts.list[n]
	}
	e.scratch = e.raw(e.scratch)
	if _, fresh := e.texts.intern(e.scratch); !fresh && e.err == nil {
		e.damaged("a string for a second time")
	}
	e.charge(64 + int64(len(e.scratch)))
	if e.err != nil {
		return ""
	}
	return e.texts.list[n]
}

func (e *eye) graph() {
	a := &e.g.About
	a.GoVersion, a.Arch = e.text(), e.text()
	a.Pointer = int(e.below(9, "a pointer size"))
	if a.Pointer != 4 && a.Pointer != 8 && e.err == nil {
		e.damaged("pointers of %d bytes", a.Pointer)
	}
	a.SampleRate = int(e.int64("a sample rate"))
	a.Collections = e.uvarint()
	a.Named, a.Typed = e.bit(), e.bit()
	a.Lost = int(e.int64("a count"))
	e.sites()
	e.shapes()
	e.g.units = e.runs(math.MaxUint32)
	e.g.shapeOf = e.runs(uint64(len(e.g.shapes)))
	if len(e.g.shapeOf) != len(e.g.units) && e.err == nil {
		e.damaged("%d objects with %d types", len(e.g.units), len(e.g.shapeOf))
	}
	e.edges()
	e.roots()
	e.samples()
	a.Objects, a.Edges = len(e.g.units), len(e.g.targets)
	for _, n := range e.g.units {
		a.Bytes += int64(n) * unitSize
	}
}

func (e *eye) sites() {
	n := e.uvarint()
	for ; n > 0 && e.err == nil; n-- {
		s := Site{Size: e.int64("a size"), At: int(e.below(maxFrames+1, "frame")) - 1}
		s.Allocs, s.Frees = e.int64("a count"), e.int64("a count")
		for frames := e.below(maxFrames+1, "a number of frames"); frames > 0 && e.err == nil; frames-- {
			s.Stack = append(s.Stack, diff.Frame{Function: e.text(), File: e.text(), Line: int(e.below(math.MaxInt32, "line"))})
			e.charge(48)
		}
		if s.At >= len(s.Stack) && e.err == nil {
			e.damaged("frame %d of %d", s.At, len(s.Stack))
		}
		e.g.Sites = append(e.g.Sites, s)
		e.charge(128)
	}
}

func (e *eye) shapes() {
	n := e.uvarint()
	if n == 0 && e.err == nil {
		e.damaged("no types")
	}
	for ; n > 0 && e.err == nil; n-- {
		s := shape{name: e.text(), base: e.small("a base"), elem: e.small("an element"), slot: e.small("a slot"), inner: e.bit()}
		s.fields = e.fields()
		e.g.shapes = append(e.g.shapes, s)
		e.charge(96)
	}
}

func (e *eye) fields() map[uint32]string {
	n := e.uvarint()
	if n == 0 {
		return nil
	}
	fields := make(map[uint32]string)
	for ; n > 0 && e.err == nil; n-- {
		fields[e.small("an offset")] = e.text()
		e.charge(48)
	}
	return fields
}

// end reads on to the end, which checks the sum of the file.
func (e *eye) end() {
	if e.pos < e.wire.end || e.fill() {
		e.damaged("more than a graph")
		return
	}
	if errors.Is(e.err, ErrTruncated) && e.ended {
		e.err = nil
	}
}
