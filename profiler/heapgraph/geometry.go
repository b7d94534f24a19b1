package heapgraph

import (
	"go/version"
	"strings"
)

// A geometry is what must be known of how the runtime lays out small objects.
// A page ends with marks and pointer bitmaps of its objects, and the dump lists
// that room as if objects were there (runtime.dumpobjs divides the whole span).
type geometry struct {
	marks   bool   // the collector keeps marks in the page: Green Tea
	ptrSize uint64 // bytes
	page    uint64 // that of the object seen last
	scanned bool   // an object of that page has pointers
}

const (
	runtimePage = 8 << 10
	inlineMarks = 128 // bytes of runtime.spanInlineMarkBits
	headerSize  = 8   // of a larger object with pointers, whatever the size of a pointer
)

func newGeometry(goVersion string, ptrSize uint64) geometry {
	// "go1.26.8", "go1.26.8-X:nogreenteagc", "devel go1.27-0123abc"
	marks := strings.HasPrefix(goVersion, "devel") || version.Compare(goVersion, "go1.26") >= 0
	switch {
	case strings.Contains(goVersion, "nogreenteagc"):
		marks = false
	case strings.Contains(goVersion, "greenteagc"):
		marks = true
	}
	return geometry{marks: marks, ptrSize: ptrSize}
}

// small is the size up to which pointer bitmaps lie in the page; larger
// objects with pointers begin with a header instead, the address of their type.
func (g *geometry) small() uint64 { return g.ptrSize * g.ptrSize * 8 }

// headed reports whether an object with pointers has that header.
func (g *geometry) headed(size uint64) bool { return size > g.small() && size <= 32<<10 }

// phantom reports whether an object is none, but the end of a page. Objects
// must be asked about in the order of the dump, by which those that have
// pointers come first.
func (g *geometry) phantom(addr, size uint64) bool {
	if size > g.small() {
		return false
	}
	if page := addr / runtimePage; page != g.page {
		g.page, g.scanned = page, false
	}
	var reserved uint64
	if g.marks && size >= 16 {
		reserved = inlineMarks
	}
	if g.scanned {
		reserved += runtimePage / g.ptrSize / 8
	}
	return addr%runtimePage+size > runtimePage-reserved
}
