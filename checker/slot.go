package checker

import "sync/atomic"

// retiredBit is set in a slot's state once no new check may enter it; the bits
// below count the checks inside.
const retiredBit = 1 << 63

// A slot pairs a strategy with the checks still inside it. Entering and
// leaving cost one atomic addition each.
type slot struct {
	name       string
	strategy   Strategy
	generation uint64

	state   atomic.Uint64
	drained chan struct{} // holds a token once the slot is retired and empty
	closed  chan struct{} // closed after strategy.Close has returned
	err     error         // what Close said; read only after closed
}

func newSlot(name string, s Strategy, generation uint64) *slot {
	return &slot{
		name: name, strategy: s, generation: generation,
		drained: make(chan struct{}, 1), closed: make(chan struct{}),
	}
}

// enter reports whether the caller may use the strategy. If so it must leave.
func (s *slot) enter() bool {
	if s.state.Add(1)&retiredBit == 0 {
		return true
	}
	s.leave() // too late: this visit was counted but must not use the strategy
	return false
}

func (s *slot) leave() {
	if s.state.Add(^uint64(0)) == retiredBit {
		s.signal()
	}
}

// retire lets nobody in any more. It is called once, after another slot has
// taken this one's place.
func (s *slot) retire() {
	if s.state.Or(retiredBit) == 0 {
		s.signal()
	}
}

// signal may be called more than once: a visitor that came too late makes an
// empty slot look as if it had just emptied again.
func (s *slot) signal() {
	select {
	case s.drained <- struct{}{}:
	default:
	}
}

// drain waits for the last check to leave, then closes the strategy.
func (s *slot) drain() {
	<-s.drained
	s.err = s.strategy.Close()
	close(s.closed)
}
