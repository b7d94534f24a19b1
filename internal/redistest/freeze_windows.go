package redistest

// Freeze skips the test: Windows cannot stop a process from outside.
func (s *Server) Freeze() { s.tb.Skip("a process cannot be frozen on Windows") }

// Thaw does nothing, because Freeze did not.
func (s *Server) Thaw() {}
