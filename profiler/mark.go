package profiler

import "time"

// MarkKind says what sort of thing happened. The words are wire format.
type MarkKind string

// The kinds of marks.
const (
	MarkSwitch   MarkKind = "switch"   // the strategy changed, From → To
	MarkGC       MarkKind = "gc"       // somebody forced a collection
	MarkSnapshot MarkKind = "snapshot" // a profile was taken
	MarkLoad     MarkKind = "load"     // the load changed
	MarkStart    MarkKind = "start"    // a process became ready
	MarkStop     MarkKind = "stop"     // a process was stopped on purpose
	MarkCrash    MarkKind = "crash"    // a process ended by itself
	MarkRestart  MarkKind = "restart"  // somebody asked for a restart
	MarkHalt     MarkKind = "halt"     // the supervisor gave up restarting
	MarkNote     MarkKind = "note"     // somebody's words, or the observer's
)

// A Mark is something that happened to the process being watched.
type Mark struct {
	ID         uint64    // 1, 2, 3, … in one observer run
	At         time.Time // the observer's clock
	Kind       MarkKind
	Text       string // one line, as it stands beside the chart
	From, To   string // of a switch
	By         string // who did it: "instructor" or "lab"
	Snapshot   string // the id of a snapshot, else empty
	Profile    string // of a snapshot, its kind: heap, goroutine, …
	Reason     Reason // of a snapshot
	Generation uint32 // the life of the process it happened to
}

// A Span is a stretch of time in which one strategy ran in one process life.
type Span struct {
	From       time.Time
	To         time.Time // zero while it lasts
	Strategy   string
	Generation uint32
}
