package checker

import "time"

// A Copy is what a strategy holds of the risky users in this process.
type Copy struct {
	Users     int
	Bytes     int       // of memory
	Version   string    // as published under VersionKey; empty when it was read from SQL
	Confirmed time.Time // when its source was last seen to say the same
}

// A Copier is a Strategy that decides by a Copy; false means that it has none
// to be believed at the moment.
type Copier interface {
	Copy() (Copy, bool)
}

// Copy returns what the strategy now in use decides by, and false when it does
// not decide by a copy.
func (c *Checker) Copy() (Copy, bool) {
	if s := c.current.Load(); s != nil {
		if copier, ok := s.strategy.(Copier); ok {
			return copier.Copy()
		}
	}
	return Copy{}, false
}
