package heapgraph

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
)

// Options tune Read. The zero value is ready for use.
type Options struct {
	// Binary is the program that was dumped: it names globals and closures
	// and knows types. Without it a global is "data segment +0x1f8".
	Binary *Binary
	// SkipTypes leaves DWARF unread. Reading that of a program of 40 MB takes
	// 0.3 s and 15 MB of memory. Without it sites that were inlined have the
	// name of the function around them.
	SkipTypes bool
	// SampleRate is the runtime.MemProfileRate of the program, in bytes, which
	// the dump does not say; default 512 KiB.
	SampleRate int
	// UserCode overrides what is the user's own code, as in package diff.
	UserCode *regexp.Regexp

	MaxObjects int   // default 50 million
	MaxEdges   int   // pointers between objects; default 200 million
	MaxMemory  int64 // bytes that the graph may take while it is read; default 4 GiB
}

func (o Options) withDefaults() Options {
	o.SampleRate = cmp.Or(o.SampleRate, 512<<10)
	o.MaxObjects = min(cmp.Or(o.MaxObjects, 50_000_000), 1<<31)
	o.MaxEdges = min(cmp.Or(o.MaxEdges, 200_000_000), 1<<31)
	o.MaxMemory = cmp.Or(o.MaxMemory, 4<<30)
	return o
}

// ErrTruncated reports a dump or a graph without its end. The runtime ignores
// errors of writing, so a full disk looks like this.
var ErrTruncated = errors.New("it ends before its end record")

// ErrRace reports a dump of a program built with -race, -msan or -asan: those
// pad objects and keep memory of their own, so sizes are not those of the
// program one means. Only the program tells: its dump alone does not.
var ErrRace = errors.New("the program was built with -race, -msan or -asan: dump one built without them")

// A LimitError reports a dump or a graph that is refused because of its size.
type LimitError struct {
	What  string // what was counted, in the plural
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("too large: more than %d %s", e.Limit, e.What)
}

// A FormatError reports input that is damaged or of another format.
type FormatError struct {
	Offset int64 // bytes into the input, after decompression
	What   string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.What, e.Offset)
}
