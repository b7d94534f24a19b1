package heapgraph

import (
	"debug/dwarf"
	"debug/elf"
	"debug/gosym"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"strings"
)

func newImage(read func() (*dwarf.Data, error)) *image {
	nothing := func() []byte { return nil }
	return &image{dwarf: read, pclntab: nothing, loclists: nothing}
}

func openELF(r io.ReaderAt) (*image, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, err
	}
	im := newImage(func() (*dwarf.Data, error) { return elfDWARF(f) })
	if s := f.Section(".debug_loclists"); s != nil {
		im.loclists = func() []byte { data, _ := s.Data(); return data }
	}
	if table, text := f.Section(".gopclntab"), f.Section(".text"); table != nil && text != nil {
		im.text = text.Addr
		im.pclntab = func() []byte { data, _ := table.Data(); return data }
	}
	all, err := f.Symbols()
	if err != nil && !errors.Is(err, elf.ErrNoSymbols) {
		return nil, err
	}
	for _, s := range all {
		if int(s.Section) >= len(f.Sections) || s.Section == elf.SHN_UNDEF {
			continue
		}
		code := f.Sections[s.Section].Flags&elf.SHF_EXECINSTR != 0
		im.add(symbol{s.Value, s.Size, s.Name}, code, f.Sections[s.Section].Flags&elf.SHF_WRITE != 0)
	}
	return im, nil
}

// elfDWARF reads the parts that say what there is, and not where in the source
// and in which register, which are the larger half.
func elfDWARF(f *elf.File) (*dwarf.Data, error) {
	section := func(name string) []byte {
		s := f.Section(name)
		if s == nil {
			return nil
		}
		data, _ := s.Data() // what is damaged is missing, and then so are names
		return data
	}
	if f.Section(".debug_info") == nil {
		return nil, errors.New("no DWARF")
	}
	d, err := dwarf.New(section(".debug_abbrev"), nil, nil, section(".debug_info"), nil, nil, nil, section(".debug_str"))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{".debug_addr", ".debug_line_str", ".debug_str_offsets"} {
		if data := section(name); data != nil {
			if err := d.AddSection(name, data); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

func openMacho(r io.ReaderAt) (*image, error) {
	f, err := macho.NewFile(r)
	if err != nil {
		return nil, fmt.Errorf("neither ELF nor PE: %w", err)
	}
	im := newImage(f.DWARF)
	if table, text := f.Section("__gopclntab"), f.Section("__text"); table != nil && text != nil {
		im.text = text.Addr
		im.pclntab = func() []byte { data, _ := table.Data(); return data }
	}
	if f.Symtab == nil {
		return im, nil
	}
	const debugging = 0xe0 // bits of Type
	for _, s := range f.Symtab.Syms {
		if s.Sect == 0 || int(s.Sect) > len(f.Sections) || s.Type&debugging != 0 {
			continue
		}
		section := f.Sections[s.Sect-1]
		im.add(symbol{s.Value, 0, strings.TrimPrefix(s.Name, "_")}, section.Name == "__text", section.Seg == "__DATA")
	}
	return im, nil
}

func openPE(r io.ReaderAt) (*image, error) {
	f, err := pe.NewFile(r)
	if err != nil {
		return nil, err
	}
	im := newImage(f.DWARF)
	var base uint64
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		base = uint64(h.ImageBase)
	case *pe.OptionalHeader64:
		base = h.ImageBase
	}
	for _, s := range f.Symbols {
		if s.SectionNumber < 1 || int(s.SectionNumber) > len(f.Sections) {
			continue
		}
		section := f.Sections[s.SectionNumber-1]
		addr := base + uint64(section.VirtualAddress) + uint64(s.Value)
		code := section.Characteristics&pe.IMAGE_SCN_CNT_CODE != 0
		im.add(symbol{addr, 0, s.Name}, code, section.Characteristics&pe.IMAGE_SCN_MEM_WRITE != 0)
	}
	return im, nil
}

// boundaries are names that the linker gives to the ends of segments, where
// variables begin too.
var boundaries = map[string]bool{
	"runtime.data": true, "runtime.edata": true, "runtime.bss": true, "runtime.ebss": true,
	"runtime.noptrdata": true, "runtime.enoptrdata": true, "runtime.noptrbss": true, "runtime.enoptrbss": true,
	"runtime.end": true, "runtime.text": true, "runtime.etext": true, "runtime.covctrs": true, "runtime.ecovctrs": true,
}

func (im *image) add(s symbol, code, writable bool) {
	switch {
	case boundaries[s.name]:
		if im.marks == nil {
			im.marks = make(map[string]uint64)
		}
		im.marks[s.name] = s.addr
	case s.name == "":
	case code:
		im.code = append(im.code, s)
	case writable:
		im.data = append(im.data, s)
	}
}

// functions reads Go's own table, which a stripped program still has where the
// format gives it a section of its own.
func (im *image) functions() (all []symbol) {
	data := im.pclntab()
	if len(data) == 0 {
		return nil
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(data, im.text))
	if err != nil {
		return nil // names are a help, and addresses do without
	}
	for i := range table.Funcs {
		f := &table.Funcs[i]
		all = append(all, symbol{f.Entry, f.End - f.Entry, f.Name})
	}
	return arrange(all)
}
