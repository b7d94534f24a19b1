package heapgraph

import (
	"encoding/binary"
	"fmt"
	"io"
)

// dumpHeader has not changed since Go 1.7.
const dumpHeader = "go1.7 heap dump\n"

// The tags of records, from runtime/heapdump.go.
const (
	tagEOF = iota
	tagObject
	tagOtherRoot
	tagType
	tagGoroutine
	tagFrame
	tagParams
	tagFinalizer
	tagItab
	tagThread
	tagMemStats
	tagQueuedFinalizer
	tagData
	tagBSS
	tagDefer
	tagPanic
	tagBucket
	tagSample
)

// Read turns a heap dump into a graph, in one pass: of an object its address,
// its size and its pointers are kept until the dump ends, and its contents until
// its pointers are known.
//
// A dump of n objects and e pointers needs about 20n+24e bytes at its peak,
// whatever the objects hold. A *LimitError, *FormatError, ErrTruncated, ErrRace
// or ErrBinary says why there is no graph.
func Read(r io.Reader, o Options) (*Graph, error) {
	b := newBuilder(newWire(r), o.withDefaults())
	if err := b.records(); err != nil {
		return nil, fmt.Errorf("reading heap dump: %w", err)
	}
	g, err := b.graph()
	if err != nil {
		return nil, fmt.Errorf("building heap graph: %w", err)
	}
	return g, nil
}

func (b *builder) records() error {
	w := b.wire
	header := make([]byte, len(dumpHeader))
	w.full(header)
	if w.err == nil && string(header) != dumpHeader {
		return &FormatError{0, "no Go heap dump"}
	}
	for w.err == nil {
		tag := w.uvarint()
		if w.err != nil {
			break
		}
		if tag != tagFrame && tag != tagDefer && tag != tagPanic {
			b.endGoroutine()
		}
		if b.layout.ptrSize == 0 && tag != tagParams {
			w.damaged("a record ahead of the parameters")
			break
		}
		if tag == tagEOF {
			return nil
		}
		b.record(tag)
	}
	return w.err
}

func (b *builder) record(tag uint64) {
	w := b.wire
	switch tag {
	case tagObject:
		b.object()
	case tagOtherRoot:
		name := b.text()
		b.others = append(b.others, other{name, w.uvarint()})
		b.charge(16)
	case tagType:
		b.typeName()
	case tagGoroutine:
		b.goroutine()
	case tagFrame:
		b.frame()
	case tagParams:
		b.params()
	case tagFinalizer, tagQueuedFinalizer:
		f := finalizer{object: w.uvarint(), closure: w.uvarint(), code: w.uvarint(), queued: tag == tagQueuedFinalizer}
		w.skip(2) // the types of its argument and of the object
		b.finalizers = append(b.finalizers, f)
		b.charge(40)
	case tagItab:
		itab := w.uvarint()
		b.itabs[itab] = w.uvarint()
		b.charge(64)
	case tagThread:
		w.skip(3)
	case tagMemStats:
		w.skip(24 + 256)
		b.about.Collections = w.uvarint()
	case tagData, tagBSS:
		b.segment(tag)
	case tagDefer:
		b.deferred()
	case tagPanic:
		b.panicking()
	case tagBucket:
		b.bucket()
	case tagSample:
		b.samples = append(b.samples, rawSample{w.uvarint(), w.uvarint()})
		b.charge(16)
	default:
		w.damaged("a record of unknown kind %d", tag)
	}
}

func (b *builder) params() {
	w := b.wire
	if b.layout.ptrSize != 0 {
		w.damaged("parameters for a second time")
		return
	}
	big, size := w.uvarint(), w.uvarint()
	b.layout.order = binary.LittleEndian
	if big != 0 {
		b.layout.order = binary.BigEndian
	}
	b.layout.low, b.layout.high = w.uvarint(), w.uvarint()
	b.about.Arch = b.strings.text(b.text())
	b.about.GoVersion = b.strings.text(b.text())
	w.skip(1) // processors
	if size != 4 && size != 8 {
		w.damaged("pointers of %d bytes", size)
		return
	}
	b.layout.ptrSize = size
	b.geometry = newGeometry(b.about.GoVersion, size)
}
