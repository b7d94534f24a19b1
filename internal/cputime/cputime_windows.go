package cputime

import "syscall"

// A Meter reads the CPU time of this process without allocating. It belongs to
// one goroutine.
type Meter struct{ created, ended, kernel, user syscall.Filetime }

// Seconds returns the CPU seconds used so far, by user and system together, and
// whether they are known.
func (m *Meter) Seconds() (seconds float64, known bool) {
	self, err := syscall.GetCurrentProcess()
	if err != nil || syscall.GetProcessTimes(self, &m.created, &m.ended, &m.kernel, &m.user) != nil {
		return 0, false
	}
	return spent(m.kernel) + spent(m.user), true
}

// spent reads a duration, which Windows counts in steps of 100 ns; the epoch
// that Filetime.Nanoseconds subtracts has no place in it.
func spent(t syscall.Filetime) float64 {
	return float64(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) / 1e7
}
