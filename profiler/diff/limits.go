package diff

import (
	"cmp"
	"fmt"
)

// Limits bound what decoding a profile may cost. The zero value is ready for
// use: each field that is 0 has the default that its comment states.
type Limits struct {
	Compressed   int64 // bytes as received; 8 MiB
	Decompressed int64 // bytes of protobuf; 32 MiB
	Ratio        int64 // decompressed to compressed once past the first MiB; 100
	ParseHeap    int64 // bytes that parsing is predicted to allocate; 256 MiB

	Samples         int64 // 100 000
	Stack           int64 // frames of one sample; 1 000
	LabelsPerSample int64 // 64
	Labels          int64 // of all samples together; 400 000
	Locations       int64 // 200 000
	Lines           int64 // of all locations together; 500 000
	Functions       int64 // 200 000
	Mappings        int64 // 4 000
	Strings         int64 // 500 000
}

func (l Limits) withDefaults() Limits {
	l.Compressed = cmp.Or(l.Compressed, 8<<20)
	l.Decompressed = cmp.Or(l.Decompressed, 32<<20)
	l.Ratio = cmp.Or(l.Ratio, 100)
	l.ParseHeap = cmp.Or(l.ParseHeap, 256<<20)
	l.Samples = cmp.Or(l.Samples, 100_000)
	l.Stack = cmp.Or(l.Stack, 1_000)
	l.LabelsPerSample = cmp.Or(l.LabelsPerSample, 64)
	l.Labels = cmp.Or(l.Labels, 400_000)
	l.Locations = cmp.Or(l.Locations, 200_000)
	l.Lines = cmp.Or(l.Lines, 500_000)
	l.Functions = cmp.Or(l.Functions, 200_000)
	l.Mappings = cmp.Or(l.Mappings, 4_000)
	l.Strings = cmp.Or(l.Strings, 500_000)
	return l
}

// A LimitError reports a profile that is refused because of its size, before
// it was parsed.
type LimitError struct {
	What         string // what was counted, in the plural
	Found, Limit int64  // Found may be a lower bound: counting stops at the limit
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("profile too large: at least %d %s, the limit is %d", e.Found, e.What, e.Limit)
}

// A NotProfileError reports input that is no pprof protobuf at all.
type NotProfileError struct {
	Found string // what it looks like instead
}

func (e *NotProfileError) Error() string {
	return "this is not a pprof profile: " + e.Found
}
