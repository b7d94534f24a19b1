//go:build unix

package redistest

import "syscall"

// Freeze stops the server without closing a connection: the kernel goes on
// accepting new ones, and nobody answers.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.tb.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.tb.Fatalf("signalling redis-server: %v", err)
	}
}
