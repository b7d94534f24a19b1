//go:build unix

package cputime

import "syscall"

// A Meter reads the CPU time of this process without allocating. It belongs to
// one goroutine.
type Meter struct{ usage syscall.Rusage }

// Seconds returns the CPU seconds used so far, by user and system together, and
// whether they are known.
func (m *Meter) Seconds() (seconds float64, known bool) {
	if syscall.Getrusage(syscall.RUSAGE_SELF, &m.usage) != nil {
		return 0, false
	}
	return float64(m.usage.Utime.Nano()+m.usage.Stime.Nano()) / 1e9, true
}
