//go:build !unix && !windows

package cputime

// A Meter knows nothing here.
type Meter struct{}

// Seconds is unknown here.
func (*Meter) Seconds() (seconds float64, known bool) { return 0, false }
