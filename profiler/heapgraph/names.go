package heapgraph

import "math"

// names is a binary as it was loaded: position-independent programs lie at
// slide bytes from where they were linked.
type names struct {
	binary *Binary
	slide  uint64 // modulo 2^64
}

// names finds where the program was loaded. The dump says where its data lies
// in memory, and the linker's marks where it was linked; where those are
// stripped, a function on a stack says both. Functions on stacks must then be
// where the binary has them, or it is another program.
func (b *builder) names() (*names, error) {
	binary := b.options.Binary
	if binary == nil {
		return nil, nil
	}
	if binary.race {
		return nil, ErrRace
	}
	slide, ok := b.slide()
	if !ok {
		return nil, ErrBinary
	}
	n := &names{binary, slide}
	checked, agree := 0, 0
	for _, e := range b.entries {
		checked++
		if name, ok := n.function(e.pc); ok && name == b.strings.text(e.name) {
			agree++
		}
	}
	if checked > 0 && agree*2 < checked && len(binary.code) > 0 {
		return nil, ErrBinary
	}
	return n, nil
}

func (b *builder) slide() (uint64, bool) {
	binary := b.options.Binary
	for _, s := range b.segments {
		mark := "runtime.data"
		if s.tag == tagBSS {
			mark = "runtime.bss"
		}
		if linked, ok := binary.marks[mark]; ok {
			return s.base - linked, true
		}
	}
	entries := make(map[string]uint64, len(b.entries))
	for _, e := range b.entries {
		entries[b.strings.text(e.name)] = e.pc
	}
	for _, s := range binary.code {
		if pc, ok := entries[s.name]; ok {
			return pc - s.addr, true
		}
	}
	return 0, len(binary.code) == 0
}

// data returns the variable at an address, and how far into it that is.
func (n *names) data(addr uint64) (s symbol, offset uint32, ok bool) {
	if n == nil {
		return symbol{}, 0, false
	}
	s, ok = at(n.binary.data, addr-n.slide)
	if !ok || addr-n.slide-s.addr > math.MaxUint32 {
		return symbol{}, 0, false
	}
	return s, uint32(addr - n.slide - s.addr), true
}

// function names the function that begins at an address, or holds it.
func (n *names) function(pc uint64) (name string, ok bool) {
	if n == nil {
		return "", false
	}
	s, ok := at(n.binary.code, pc-n.slide)
	return s.name, ok
}

// entry names the function that begins at an address.
func (n *names) entry(pc uint64) (name string, ok bool) {
	if n == nil {
		return "", false
	}
	s, ok := at(n.binary.code, pc-n.slide)
	return s.name, ok && s.addr == pc-n.slide
}
