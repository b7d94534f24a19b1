package heapgraph

import (
	"errors"
	"fmt"
	"io"
)

// maxString bounds names, of which the longest are those of generic types.
const maxString = 64 << 10

// A wire reads the fields of a dump or a graph. The first error sticks, and
// from then on every field is zero, so loops end.
type wire struct {
	r        io.Reader
	buf      []byte
	pos, end int
	before   int64 // bytes of input ahead of buf
	ended    bool  // the input ended where it should, as far as its reader knows
	err      error
}

func newWire(r io.Reader) *wire { return &wire{r: r, buf: make([]byte, 256<<10)} }

// fail keeps the first error.
func (w *wire) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *wire) damaged(format string, args ...any) {
	w.fail(&FormatError{w.before + int64(w.pos), fmt.Sprintf(format, args...)})
}

// fill reads on once buf is used up. It reports whether there is more.
func (w *wire) fill() bool {
	if w.err != nil {
		return false
	}
	w.before += int64(w.end)
	w.pos, w.end = 0, 0
	for range 100 { // as bufio does: a reader may return nothing now and then
		n, err := w.r.Read(w.buf)
		if n > 0 {
			w.end = n
			return true
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			w.ended = errors.Is(err, io.EOF)
			w.fail(ErrTruncated)
			return false
		case err != nil:
			w.fail(err)
			return false
		}
	}
	w.fail(io.ErrNoProgress)
	return false
}

func (w *wire) byte() byte {
	if w.pos == w.end && !w.fill() {
		return 0
	}
	b := w.buf[w.pos]
	w.pos++
	return b
}

func (w *wire) uvarint() uint64 {
	if w.pos < w.end && w.buf[w.pos] < 0x80 {
		w.pos++
		return uint64(w.buf[w.pos-1])
	}
	var v uint64
	for shift := uint(0); ; shift += 7 {
		b := w.byte()
		if shift == 63 && b > 1 {
			w.damaged("a number of more than 64 bits")
			return 0
		}
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	if w.err != nil {
		return 0
	}
	return v
}

// full fills p, or fails.
func (w *wire) full(p []byte) {
	for len(p) > 0 {
		if w.pos == w.end && !w.fill() {
			return
		}
		n := copy(p, w.buf[w.pos:w.end])
		w.pos += n
		p = p[n:]
	}
}

// raw reads a length and as many bytes into scratch, which it may replace.
func (w *wire) raw(scratch []byte) []byte {
	n := w.uvarint()
	if n > maxString {
		w.damaged("a name of %d bytes", n)
		return scratch[:0]
	}
	if uint64(cap(scratch)) < n {
		scratch = make([]byte, n)
	}
	scratch = scratch[:n]
	w.full(scratch)
	return scratch
}

// skip reads n numbers and forgets them.
func (w *wire) skip(n int) {
	for range n {
		w.uvarint()
	}
}
