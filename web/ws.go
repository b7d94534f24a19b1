package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
	"github.com/leakline/leakline/web/live"
)

// websocket follows the live stream.
func (s *Server) websocket(w http.ResponseWriter, r *http.Request) error {
	if !s.cfg.Guard.SameOrigin(r) {
		return guard.ErrCross
	}
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return err
	}
	if v, err := api.Visitor(r); err == nil && t.Room != nil {
		defer t.Room.Arrive(v)()
	}
	after, _ := strconv.ParseUint(r.FormValue("after"), 10, 64) // without a place it starts now
	place := live.Place{Epoch: r.FormValue("epoch"), After: after, Role: roleOf(r).String()}
	if sender := guard.SenderFrom(r.Context()); sender.Role == guard.Instructor {
		defer s.desk.Follow(sender.Session, time.Now)()
	}
	t.Hub.Serve(w, r, place, s.cfg.Guard.SameOrigin, func() []byte { return s.cfg.API.StateFrame(t) })
	return nil
}
