package lab

import (
	"fmt"
	"math"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
)

// A life shows how little it needs in a few seconds soon after its start; one
// that follows a reset has longer, because connections that a busy moment
// opened stay for a while.
const (
	baselineFrom  = 2 * time.Second
	baselineTo    = 5 * time.Second
	baselineAfter = 30 * time.Second
)

// A Need is the least that a life needed soon after its start.
type Need struct {
	Floor      float64 `json:"floor_bytes"`
	Goroutines float64 `json:"goroutines"`
}

// A ResetProof says whether a reset led back to where the lab began.
type ResetProof struct {
	At    time.Time
	First Need // of the first life with everything as at the start
	Now   Need
	Back  bool
}

// back allows for a request or two in flight and what the runtime keeps for
// itself: a quarter, and 1 MB or five goroutines.
func (n Need) back(first Need) bool {
	return n.Floor <= 1.25*first.Floor+1e6 && n.Goroutines <= 1.25*first.Goroutines+5
}

// A baseline remembers what the first undisturbed life needed, and compares
// the one that follows a reset. It belongs to whoever hands it the readings.
type baseline struct {
	first *Need

	generation uint32
	begun      time.Time
	now        Need
	over       bool // this life has been looked at, or cannot be
}

// reading takes in a reading and returns what the life it is of needs beside
// the first, once for each life: as soon as it is back at it, or will not be.
// asAtStart reports whether everything is as at the start of the lab.
func (b *baseline) reading(r *profiler.Reading, asAtStart bool) *ResetProof {
	if !profiler.Known(r.Get(profiler.HeapInUse)) {
		return nil
	}
	if r.Generation != b.generation {
		b.generation, b.begun, b.over = r.Generation, r.At, false
		b.now = Need{math.Inf(1), math.Inf(1)}
	}
	age := r.At.Sub(b.begun)
	b.over = b.over || !asAtStart
	if b.over || age < baselineFrom {
		return nil
	}
	b.now.Floor = min(b.now.Floor, r.Get(profiler.HeapLive))
	b.now.Goroutines = min(b.now.Goroutines, r.Get(profiler.Goroutines))
	if age < baselineTo || !profiler.Known(b.now.Floor) {
		return nil
	}
	if b.first == nil {
		first := b.now
		b.first = &first
	}
	back := b.now.back(*b.first)
	if b.over = back || age >= baselineAfter; !b.over {
		return nil
	}
	return &ResetProof{At: r.At, First: *b.first, Now: b.now, Back: back}
}

// compareWithFirst tells what a life after a reset needs beside the first. It
// is called with every reading.
func (l *Lab) compareWithFirst(r *profiler.Reading) {
	proof := l.baseline.reading(r, l.asAtStart())
	if proof == nil {
		return
	}
	wanted := false
	l.change(func(s *State) {
		if wanted = s.resetFrom != 0 && r.Generation > s.resetFrom; wanted {
			s.resetFrom, s.Proof = 0, proof
		}
	})
	if wanted {
		l.mark(profiler.Mark{Kind: profiler.MarkNote, By: "lab", Text: proof.String()})
	}
}

// asAtStart reports whether strategy, load, faults and limits are those that the
// lab began with.
func (l *Lab) asAtStart() bool {
	s := l.State()
	return s.Status == Running && s.Strategy == l.cfg.Strategy && s.Load == l.first && s.Faults == noFaults && s.Limits == l.cfg.limits()
}

func (p *ResetProof) String() string {
	word := "back at the start"
	if !p.Back {
		word = "not back at the start"
	}
	return "reset, " + word + ": " + p.Figures()
}

// Figures sets what is needed now beside what was at first.
func (p *ResetProof) Figures() string {
	return fmt.Sprintf("floor %s (%s at first), %s goroutines (%s)",
		units.Bytes(p.Now.Floor), units.Bytes(p.First.Floor), units.Count(p.Now.Goroutines), units.Count(p.First.Goroutines))
}
