package heapgraph

import (
	"debug/dwarf"
	"encoding/binary"
	"fmt"
	"strings"
)

// Attributes that Go adds to DWARF, from cmd/internal/dwarf.
const (
	attrRuntimeType   dwarf.Attr = 0x2904
	attrClosureOffset dwarf.Attr = 0x2907
)

// A debugInfo is what DWARF says of the things that a dump mentions. All
// addresses are as linked.
type debugInfo struct {
	data     *dwarf.Data
	order    binary.ByteOrder
	globals  map[uint64]dwarf.Offset        // type of each variable, by address
	runtime  map[uint64]dwarf.Offset        // each type, by the address of its runtime type, less base
	frames   map[string]frameInfo           // functions on call paths and stacks, by name
	places   []byte                         // of variables: .debug_loclists
	special  map[string]dwarf.Offset        // types that only code leads to, by name
	base     uint64                         // Go 1.26 counts from where types begin, older versions from 0
	captured map[uint64][]dwarf.StructField // by closures, by the address of their code
}

// wanted is what is to be found: the rest of DWARF is passed by. Types are
// those that the dump names, by name.
type wanted struct {
	globals, code map[uint64]bool
	types         map[string]uint64
	frames        map[string]bool
}

// debugInfo reads DWARF once. A program without it has none, and no error.
func (b *Binary) debugInfo(want wanted, order binary.ByteOrder) (*debugInfo, error) {
	data, err := b.dwarf()
	if err != nil {
		return nil, nil // stripped
	}
	d := &debugInfo{
		data:     data,
		order:    order,
		globals:  make(map[uint64]dwarf.Offset),
		runtime:  make(map[uint64]dwarf.Offset),
		captured: make(map[uint64][]dwarf.StructField),
		special:  make(map[string]dwarf.Offset),
		frames:   make(map[string]frameInfo),
		places:   b.loclists(),
	}
	r := data.Reader()
	var code uint64 // of the function at hand
	votes := make(map[uint64]int)
	for {
		e, err := r.Next()
		if err != nil {
			return nil, fmt.Errorf("reading DWARF: %w", err)
		}
		if e == nil {
			d.base = winner(votes)
			if err := d.declare(); err != nil {
				return nil, fmt.Errorf("reading DWARF: %w", err)
			}
			return d, nil
		}
		switch e.Tag {
		case dwarf.TagSubprogram:
			code, _ = e.Val(dwarf.AttrLowpc).(uint64)
			if !e.Children || !want.code[code] {
				if err := d.function(r, e, want); err != nil {
					return nil, fmt.Errorf("reading DWARF: %w", err)
				}
			}
		case dwarf.TagVariable:
			d.variable(e, want, code)
		default:
			d.runtimeType(e, want, votes)
		}
	}
}

// function takes note of what was inlined into a function on a call path or a
// stack, and passes by any other.
func (d *debugInfo) function(r *dwarf.Reader, e *dwarf.Entry, want wanted) error {
	name, _ := e.Val(dwarf.AttrName).(string)
	if !want.frames[name] || e.Val(dwarf.AttrLowpc) == nil {
		r.SkipChildren()
		return nil
	}
	f, err := inlines(r, e)
	d.frames[name] = f
	return err
}

// variable takes note of a global, or of what a closure captured.
func (d *debugInfo) variable(e *dwarf.Entry, want wanted, code uint64) {
	t, ok := e.Val(dwarf.AttrType).(dwarf.Offset)
	if !ok {
		return
	}
	if at, ok := e.Val(attrClosureOffset).(int64); ok && want.code[code] {
		name, _ := e.Val(dwarf.AttrName).(string)
		if kind, err := d.data.Type(t); err == nil {
			d.captured[code] = append(d.captured[code], dwarf.StructField{Name: name, Type: kind, ByteOffset: at})
		}
		return
	}
	const opAddr = 3
	where, ok := e.Val(dwarf.AttrLocation).([]byte)
	if !ok || len(where) == 0 || where[0] != opAddr {
		return
	}
	var addr uint64
	switch len(where) - 1 {
	case 8:
		addr = d.order.Uint64(where[1:])
	case 4:
		addr = uint64(d.order.Uint32(where[1:]))
	}
	if want.globals[addr] {
		d.globals[addr] = t
	}
}

// runtimeType takes note of where a type is described, and of where types must
// begin if the dump has one of that name.
func (d *debugInfo) runtimeType(e *dwarf.Entry, want wanted, votes map[uint64]int) {
	addr, ok := e.Val(attrRuntimeType).(uint64)
	if !ok || addr == 0 {
		return
	}
	d.runtime[addr] = e.Offset
	name, _ := e.Val(dwarf.AttrName).(string)
	if dumped, ok := want.types[name]; ok {
		votes[dumped-addr]++
	}
	if strings.HasPrefix(name, syncEntry) || strings.HasPrefix(name, syncIndirect) || name == poolLocal {
		d.special[name] = e.Offset
	}
}

// The standard library's own disguises. A sync.Map points to its nodes by what
// they have in common, and a sync.Pool to its parts by unsafe.Pointer.
const (
	syncNode     = "internal/sync.node["
	syncEntry    = "internal/sync.entry["
	syncIndirect = "internal/sync.indirect["
	poolLocal    = "sync.poolLocal"
)

// really returns what a node of a sync.Map is, by its size.
func (d *debugInfo) really(t dwarf.Type, size int64) dwarf.Type {
	arguments, ok := strings.CutPrefix(t.Common().Name, syncNode)
	if s, isStruct := t.(*dwarf.StructType); isStruct && !ok {
		arguments, ok = strings.CutPrefix(s.StructName, syncNode)
	}
	if !ok || d == nil {
		return t
	}
	for _, prefix := range []string{syncIndirect, syncEntry} {
		if at, known := d.special[prefix+arguments]; known {
			if u := d.read(at); u != nil && u.Size() <= size {
				return u
			}
		}
	}
	return t
}

// named returns one of the special types.
func (d *debugInfo) named(name string) dwarf.Type {
	if d == nil {
		return nil
	}
	if at, ok := d.special[name]; ok {
		return d.read(at)
	}
	return nil
}

func winner(votes map[uint64]int) (best uint64) {
	for base, n := range votes {
		if n > votes[best] || n == votes[best] && base < best {
			best = base
		}
	}
	return best
}

// typeAt returns the type whose runtime type is at an address; nil if it is
// none.
func (d *debugInfo) typeAt(addr uint64) dwarf.Type {
	if d == nil {
		return nil
	}
	at, ok := d.runtime[addr-d.base]
	if !ok {
		return nil
	}
	return d.read(at)
}

func (d *debugInfo) read(at dwarf.Offset) dwarf.Type {
	t, err := d.data.Type(at)
	if err != nil {
		return nil // damaged: names are a help, and the graph does without
	}
	return t
}

// global returns the type of the variable at an address.
func (d *debugInfo) global(addr uint64) dwarf.Type {
	if d == nil {
		return nil
	}
	at, ok := d.globals[addr]
	if !ok {
		return nil
	}
	return d.read(at)
}
