package heapgraph

import "encoding/binary"

// A layout says how the dumped program stores words.
type layout struct {
	order   binary.ByteOrder
	ptrSize uint64 // bytes of a pointer, 4 or 8
	low     uint64 // the heap lies in [low, high)
	high    uint64
}

func (l *layout) heap(addr uint64) bool { return addr >= l.low && addr < l.high }

func (l *layout) word(b []byte) uint64 {
	if l.ptrSize == 4 {
		return uint64(l.order.Uint32(b))
	}
	return l.order.Uint64(b)
}

const chunkSize = 64 << 10

// A contents holds the bytes of one record until its list of pointers, which
// follows them, has been read. Of a large record only the chunks in which a
// word may point into the heap are kept: a buffer of 100 MB costs nothing.
type contents struct {
	layout *layout
	size   uint64
	chunks [][]byte // nil where nothing points into the heap
	spare  []byte
}

// read takes a record in as it arrives; a length that lies allocates nothing
// ahead.
func (c *contents) read(w *wire, size uint64) {
	c.size = size
	clear(c.chunks)
	c.chunks = c.chunks[:0]
	for left := size; left > 0 && w.err == nil; {
		n := min(left, chunkSize)
		if c.spare == nil {
			c.spare = make([]byte, chunkSize)
		}
		chunk := c.spare[:n]
		w.full(chunk)
		left -= n
		switch {
		case size <= chunkSize:
			c.chunks = append(c.chunks, chunk)
		case c.points(chunk):
			c.chunks = append(c.chunks, chunk)
			c.spare = nil
		default:
			c.chunks = append(c.chunks, nil)
		}
	}
	if cap(c.chunks) > 1<<10 && len(c.chunks) < 1<<10 {
		c.chunks = append([][]byte(nil), c.chunks...)
	}
}

func (c *contents) points(chunk []byte) bool {
	step := int(c.layout.ptrSize)
	for ; len(chunk) >= step; chunk = chunk[step:] {
		if c.layout.heap(c.layout.word(chunk)) {
			return true
		}
	}
	return false
}

// whole reports whether a word lies at an offset.
func (c *contents) whole(at uint64) bool {
	return at%c.layout.ptrSize == 0 && c.size >= c.layout.ptrSize && at <= c.size-c.layout.ptrSize
}

// word returns the word at an offset for which whole is true, or zero if it
// lies in a chunk that points nowhere.
func (c *contents) word(at uint64) uint64 {
	chunk := c.chunks[at/chunkSize]
	if chunk == nil {
		return 0
	}
	return c.layout.word(chunk[at%chunkSize:])
}
