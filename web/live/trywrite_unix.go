//go:build unix

package live

import (
	"net"
	"syscall"
)

// rawConn returns what tryWrite needs, nil where a connection is not a plain
// socket.
func rawConn(c net.Conn) syscall.RawConn {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// tryWrite writes what the socket takes without waiting and returns how many
// bytes that was; 0 or less when none or when the connection is broken.
func (v *viewer) tryWrite(b []byte) (n int) {
	v.offered, v.taken = b, 0
	if err := v.raw.Write(v.writeOnce); err != nil {
		return 0
	}
	return v.taken
}

// once is one system call, on a socket that Go made non-blocking. It says that
// it is done even if the socket is full.
func (v *viewer) once(fd uintptr) bool {
	v.taken, _ = syscall.Write(int(fd), v.offered)
	return true
}
