package heapgraph

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"debug/dwarf"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// ErrBinary reports a program that is not the one that was dumped.
var ErrBinary = errors.New("the program is not the one that was dumped")

// A Binary is what the file of a program says of its code and data. It may be
// used by many at a time until it is closed.
type Binary struct {
	image
	modules map[string]string // version of each dependency, by module path
	race    bool
	close   func() error
}

// An image is a program in one of the formats of executables.
type image struct {
	data, code []symbol // by address
	marks      map[string]uint64
	pclntab    func() []byte // Go's own table of functions, nil if there is none
	text       uint64        // address that it starts from
	dwarf      func() (*dwarf.Data, error)
	loclists   func() []byte // a part of DWARF that package dwarf does not read
}

// A symbol names size bytes at an address as linked.
type symbol struct {
	addr, size uint64
	name       string
}

// OpenBinary opens the program at path, an ELF, Mach-O or PE executable.
func OpenBinary(path string) (*Binary, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening program: %w", err)
	}
	b, err := NewBinary(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b.close = f.Close
	return b, nil
}

// NewBinary reads a program from r, which must stay readable while the Binary
// is in use.
func NewBinary(r io.ReaderAt) (*Binary, error) {
	magic := make([]byte, 4)
	if _, err := r.ReadAt(magic, 0); err != nil {
		return nil, fmt.Errorf("reading program: %w", err)
	}
	open := openMacho
	switch {
	case bytes.Equal(magic, []byte("\x7fELF")):
		open = openELF
	case bytes.HasPrefix(magic, []byte("MZ")):
		open = openPE
	}
	im, err := open(r)
	if err != nil {
		return nil, fmt.Errorf("reading program: %w", err)
	}
	im.data, im.code = arrange(im.data), arrange(im.code)
	b := &Binary{image: *im, close: func() error { return nil }}
	b.build(r)
	if len(b.code) == 0 {
		b.code = b.functions()
	}
	return b, nil
}

// Close closes the file that OpenBinary opened.
func (b *Binary) Close() error { return b.close() }

func (b *Binary) named() bool { return b != nil && len(b.data) > 0 }

// build reads how the program was built, which stripping leaves in.
func (b *Binary) build(r io.ReaderAt) {
	info, err := buildinfo.Read(r)
	if err != nil {
		return // not built by Go's own command: nothing is known of its modules
	}
	b.modules = make(map[string]string, len(info.Deps))
	for _, m := range info.Deps {
		if m.Replace == nil || m.Replace.Version != "" {
			b.modules[m.Path] = m.Version
		}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "-race", "-msan", "-asan":
			b.race = b.race || s.Value == "true"
		}
	}
}

// fileOf returns a path like that of the file a function is in, as far as it
// shows a dependency.
func (b *Binary) fileOf(function string) string {
	if b == nil {
		return ""
	}
	for path := function; ; {
		if version, ok := b.modules[path]; ok {
			return path + "@" + version + "/"
		}
		cut := strings.LastIndexAny(path, "/.")
		if cut < 0 {
			return ""
		}
		path = path[:cut]
	}
}

// arrange sorts symbols and gives those without a size the room up to the
// next: only ELF has sizes.
func arrange(all []symbol) []symbol {
	slices.SortStableFunc(all, func(a, b symbol) int { return cmp.Compare(a.addr, b.addr) })
	for i := range all {
		if all[i].size == 0 && i+1 < len(all) {
			all[i].size = all[i+1].addr - all[i].addr
		}
	}
	return slices.DeleteFunc(all, func(s symbol) bool { return s.size == 0 })
}

// at returns the symbol that an address is in.
func at(all []symbol, addr uint64) (symbol, bool) {
	n, exact := slices.BinarySearchFunc(all, addr, func(s symbol, addr uint64) int { return cmp.Compare(s.addr, addr) })
	if !exact {
		n--
	}
	if n < 0 || addr-all[n].addr >= all[n].size {
		return symbol{}, false
	}
	return all[n], true
}
