//go:build !unix

package live

import (
	"net"
	"syscall"
)

// rawConn returns nil: a write that does not wait is not to be had here, and
// every viewer's own goroutine writes.
func rawConn(net.Conn) syscall.RawConn { return nil }

func (v *viewer) tryWrite([]byte) int { return 0 }

func (v *viewer) once(uintptr) bool { return true }
