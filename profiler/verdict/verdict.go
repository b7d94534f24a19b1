// Package verdict says what kind of memory problem a process has, if any, from
// what was seen of one of its lives: the floor after each collection, heap
// profiles, goroutines by identity. It is pure: it neither asks nor waits.
package verdict

import "github.com/leakline/leakline/profiler/diff"

// A Word is the conclusion. The words are API.
type Word string

// The verdicts. Leak, GoroutineLeak and Backlog are faults.
const (
	Healthy       Word = "healthy"        // nothing grows, little is allocated
	Churn         Word = "churn"          // much is allocated and all of it is freed
	Step          Word = "step"           // it grew once and then stood
	Warming       Word = "warming"        // it grew, and grows less and less
	Growing       Word = "growing"        // it grows; too little is known to say why
	Leak          Word = "leak"           // memory is kept, more and more of it
	GoroutineLeak Word = "goroutine-leak" // goroutines never end
	Backlog       Word = "backlog"        // work in flight piles up
	OffHeap       Word = "off-heap"       // the process grows outside the Go heap
	Stale         Word = "stale"          // no collection ended, so nothing new was seen
	Insufficient  Word = "insufficient"   // too little was seen
)

// Words lists them all.
func Words() []Word {
	return []Word{Healthy, Churn, Step, Warming, Growing, Leak, GoroutineLeak, Backlog, OffHeap, Stale, Insufficient}
}

// Fault reports whether somebody has to act.
func (w Word) Fault() bool { return w == Leak || w == GoroutineLeak || w == Backlog }

// A Verdict is the conclusion with its evidence and its doubt. What is not
// known is nil.
type Verdict struct {
	Word       Word           `json:"verdict"`
	Confidence float64        `json:"confidence"` // that the word is right, 0 to 1
	Summary    string         `json:"summary"`    // one sentence
	WindowS    float64        `json:"window_s"`
	GCCycles   *float64       `json:"gc_cycles"`
	Growth     *diff.Interval `json:"growth_bytes_per_s"` // of the floor
	Suspects   []Suspect      `json:"suspects"`           // the first is the one to look at
	Evidence   []string       `json:"evidence"`
	Warnings   []string       `json:"warnings"`
}

// A Suspect is a line of the user's code and what it has to do with it.
type Suspect struct {
	Function string `json:"function"` // as pprof prints it
	File     string `json:"file"`
	Line     int    `json:"line"`
	Kind     string `json:"kind"` // heap or goroutine

	BytesPerS       *diff.Interval `json:"bytes_per_s"` // kept; allocated for churn
	ObjectsPerS     *float64       `json:"objects_per_s"`
	BytesPerRequest *float64       `json:"bytes_per_request"`
	Share           *float64       `json:"share"` // of the floor's growth; of all goroutines that came

	Leaf   string   `json:"leaf"`
	Stack  []string `json:"stack"`  // leaf first
	Holder string   `json:"holder"` // what keeps it alive; empty while unknown
}

// maxSuspects bounds the list: further down it is noise.
const maxSuspects = 5
