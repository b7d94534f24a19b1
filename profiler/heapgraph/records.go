package heapgraph

import (
	"math"

	"github.com/leakline/leakline/profiler/diff"
)

func (b *builder) typeName() {
	w := b.wire
	addr, size := w.uvarint(), w.uvarint()
	name := b.text()
	w.skip(1) // whether an interface points to it
	b.types[addr] = typeRecord{name, size}
	if b.hints.near == 0 {
		b.hints.near = addr
	}
	b.charge(64)
}

// segment reads the data of the program, or that which starts as zeros.
func (b *builder) segment(tag uint64) {
	w := b.wire
	base, size := w.uvarint(), w.uvarint()
	b.segments = append(b.segments, segment{tag, base, size})
	b.charge(24)
	b.body.read(w, size)
	b.eachField(func(at, pointer uint64) {
		var ahead uint64
		if at > 0 {
			ahead = b.body.word(at - b.layout.ptrSize)
		}
		if !b.layout.heap(pointer) {
			b.static(base+at, pointer, ahead)
			return
		}
		b.globals = append(b.globals, global{base + at, pointer, ahead})
		b.charge(24)
	})
}

// maxFrames is above what runtime.MemProfile can be told to record.
const maxFrames = 4096

// bucket reads one call path that allocated, and objects of what size.
func (b *builder) bucket() {
	w := b.wire
	id := w.uvarint()
	s := Site{Size: clampInt64(w.uvarint()), At: -1}
	frames := w.uvarint()
	if frames > maxFrames {
		w.damaged("a call path of %d frames", frames)
		return
	}
	for range frames {
		if w.err != nil {
			return
		}
		s.Stack = append(s.Stack, diff.Frame{
			Function: b.strings.text(b.text()),
			File:     b.strings.text(b.text()),
			Line:     int(min(w.uvarint(), math.MaxInt32)),
		})
	}
	s.Allocs, s.Frees = clampInt64(w.uvarint()), clampInt64(w.uvarint())
	b.attribute(&s)
	b.buckets[id] = uint32(len(b.sites))
	b.sites = append(b.sites, s)
	b.charge(128 + 48*int64(frames))
}

// attribute picks the frame that a site is named by.
func (b *builder) attribute(s *Site) {
	if len(s.Stack) == 0 {
		return
	}
	s.At = 0
	if at, _ := diff.UserFrame(s.Stack, b.options.UserCode); at >= 0 {
		s.At = at
	}
}

func clampInt64(v uint64) int64 { return int64(min(v, math.MaxInt64)) }
