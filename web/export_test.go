package web

import "github.com/leakline/leakline/web/api"

// Routes is the table the server is made of.
func (s *Server) Routes() []api.Route { return s.routes() }

// MemBar is what the live page shows of where memory is.
var MemBar = memBar

// DeskStreams is how many live streams instructors follow.
func (s *Server) DeskStreams() int { return s.desk.Streams() }
