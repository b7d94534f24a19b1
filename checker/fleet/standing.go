package fleet

import "time"

// A Standing is how far a follower is.
type Standing struct {
	Fleet   string
	Applied Order         // zero before the first
	Handled Order         // the latest one that was applied or could not be
	Latest  Order         // that was seen in the stream
	Failed  string        // why Handled was not applied
	Lag     time.Duration // from Applied.At until it was, by two clocks
	Contact time.Time     // when the stream was last read; zero before the first time
	Err     error         // of the latest attempt to read it
}

// Behind is how many generations the follower has yet to apply.
func (s Standing) Behind() uint64 {
	return max(s.Latest.Generation, s.Applied.Generation) - s.Applied.Generation
}

// Standing says how far the follower is.
func (f *Follower) Standing() Standing {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}
