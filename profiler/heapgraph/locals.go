package heapgraph

import (
	"debug/dwarf"
	"encoding/binary"
)

// A local is a variable of a function, or of one that was inlined into it.
type local struct {
	name  string
	kind  dwarf.Offset
	where []byte // its place if that is always the same
	list  int64  // else where the list of its places begins
}

// A piece is a part of a variable that lies on the stack.
type piece struct {
	at     int64 // bytes above the end of the frame: negative
	inside int64 // bytes into the variable
	size   int64 // bytes; 0 for all of the variable
}

func newLocal(e *dwarf.Entry) (v local, ok bool) {
	v.name, _ = e.Val(dwarf.AttrName).(string)
	v.kind, ok = e.Val(dwarf.AttrType).(dwarf.Offset)
	switch where := e.Val(dwarf.AttrLocation).(type) {
	case []byte:
		v.where = where
	case int64:
		v.list = where
	default:
		ok = false
	}
	return v, ok
}

// localAt finds the variable of a function that lies at a place of its frame
// while it is at pc, and how far into the variable that is.
func (d *debugInfo) localAt(function string, pc uint64, at int64) (name string, kind dwarf.Type, inside int64, ok bool) {
	f := d.frames[function]
	for _, v := range f.locals {
		where := v.where
		if where == nil {
			where = d.during(v.list, pc-f.entry)
		}
		for _, p := range pieces(where) {
			if at < p.at || p.size > 0 && at >= p.at+p.size {
				continue
			}
			kind := d.read(v.kind)
			if kind == nil || at-p.at+p.inside >= kind.Size() {
				continue
			}
			return v.name, kind, at - p.at + p.inside, true
		}
	}
	return "", nil, 0, false
}

// The entries of a list of places in DWARF 5 that Go writes: all count from the
// beginning of the function.
const (
	listBaseAddress = 1 // by number
	listOffsetPair  = 4
)

// during returns the place that a list has for a moment, counted from the
// beginning of the function.
func (d *debugInfo) during(list int64, pc uint64) []byte {
	if list < 0 || list >= int64(len(d.places)) {
		return nil
	}
	for b := d.places[list:]; len(b) > 0; {
		kind := b[0]
		b = b[1:]
		switch kind {
		case listBaseAddress:
			_, b = uleb(b)
		case listOffsetPair:
			var first, end, size uint64
			first, b = uleb(b)
			end, b = uleb(b)
			size, b = uleb(b)
			if size > uint64(len(b)) {
				return nil
			}
			if pc >= first && pc < end {
				return b[:size]
			}
			b = b[size:]
		default: // the end, or what Go does not write
			return nil
		}
	}
	return nil
}

// The operations of places on the stack, and of those in registers.
const (
	opReg0       = 0x50
	opReg31      = 0x6f
	opRegX       = 0x90
	opFrame      = 0x91
	opPiece      = 0x93
	opEndOfFrame = 0x9c

	notOnTheStack = int64(-1) << 62
)

// pieces reads where the parts of a variable are and keeps those on the stack.
func pieces(where []byte) (list []piece) {
	inside, at := int64(0), notOnTheStack
	for len(where) > 0 {
		op := where[0]
		where = where[1:]
		switch {
		case op == opFrame:
			at, where = sleb(where)
		case op == opEndOfFrame:
			at = 0
		case op >= opReg0 && op <= opReg31:
			at = notOnTheStack
		case op == opRegX:
			_, where = uleb(where)
			at = notOnTheStack
		case op == opPiece:
			var size uint64
			size, where = uleb(where)
			if at != notOnTheStack {
				list = append(list, piece{at, inside, int64(size)})
			}
			inside += int64(size)
			at = notOnTheStack
		default:
			return list
		}
	}
	if inside == 0 && at != notOnTheStack {
		list = append(list, piece{at: at})
	}
	return list
}

func uleb(b []byte) (uint64, []byte) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil
	}
	return v, b[n:]
}

func sleb(b []byte) (v int64, rest []byte) {
	for shift := uint(0); len(b) > 0 && shift < 64; {
		c := b[0]
		b = b[1:]
		v |= int64(c&0x7f) << shift
		shift += 7
		if c < 0x80 {
			if shift < 64 && c&0x40 != 0 {
				v |= -1 << shift
			}
			return v, b
		}
	}
	return 0, nil
}
