//go:build unix

package lab

import (
	"os"
	"syscall"
)

func interrupt(p *os.Process) { p.Signal(syscall.SIGTERM) }
