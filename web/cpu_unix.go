//go:build unix

package web

import (
	"syscall"
	"time"
)

// processCPU returns the CPU seconds this process has used.
func processCPU() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
