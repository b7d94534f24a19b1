package lab

import (
	"time"

	"github.com/leakline/leakline/profiler/target"
)

// The states of the patient, by the names its supervisor uses.
const (
	Starting   = target.Starting
	Running    = target.Running
	Draining   = target.Draining
	BackingOff = target.BackingOff
	Halted     = target.Halted
)

// State is what the lab knows of its patient at one instant.
type State struct {
	target.Life
	Strategy           string
	StrategyGeneration uint64      // of the checker in this life
	Limits             Limits      // of the next life; of this one too unless another is being started
	Fence              string      // how the limit is enforced, in words
	Death              *Death      // the last for want of memory, nil before the first and after a reset
	Capacity           *Capacity   // of the checker as it is, nil until it is measured
	Proof              *ResetProof // of the last reset, nil before the first
	Load               LoadSettings
	Counts             LoadCounts
	Faults             Faults
	Redis              string    // what runs, in words
	OwnRedis           bool      // it is the lab's, and can be disturbed
	Database           string    // in words
	CoveredSince       time.Time // zero while nothing is covered

	resetFrom uint32 // generation that a reset not proven yet ended, else 0
}

// State returns the present state.
func (l *Lab) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.state
	s.Load, s.Counts = l.load.get(), l.load.counts()
	return s
}

// Life is what State says of the process alone.
func (l *Lab) Life() target.Life { return l.State().Life }

// change alters the state and tells whoever follows it.
func (l *Lab) change(f func(*State)) {
	l.mu.Lock()
	f(&l.state)
	l.mu.Unlock()
	if l.cfg.OnState != nil {
		l.cfg.OnState()
	}
}
