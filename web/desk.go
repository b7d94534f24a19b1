package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

// Where the desk is asked for and taken over, by a script and by a form.
const (
	deskPath = "/api/v1/desk"
	deskForm = "/desk"
)

// atDesk lets one instructor at a time change anything. Whoever sends a token
// with each request has no session, and could take the desk over as well: a
// script is let through.
func (s *Server) atDesk(r *http.Request, need guard.Role, sender guard.Sender) error {
	if sender.Role < guard.Instructor || sender.Scripted() {
		return nil
	}
	now := time.Now()
	if need < guard.Instructor || !changes(r) || r.URL.Path == deskPath || r.URL.Path == deskForm {
		s.desk.Heard(sender.Session, now)
		return nil
	}
	return s.desk.Claim(sender.Session, now)
}

// changes says whether a request's method may change anything.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// showDesk tells who has the desk, as the sender sees it.
func (s *Server) showDesk(w http.ResponseWriter, r *http.Request) error {
	state := s.desk.State(guard.SenderFrom(r.Context()).Session, time.Now())
	answer := struct {
		Taken bool       `json:"taken"`
		Yours bool       `json:"yours"`
		Since *time.Time `json:"since"`
	}{Taken: state.Taken, Yours: state.Yours}
	if state.Taken {
		answer.Since = &state.Since
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return api.WriteBody(w, r, http.StatusOK, raw)
}

// takeDesk takes the desk over.
func (s *Server) takeDesk(w http.ResponseWriter, r *http.Request) error {
	if err := s.takeOver(r); err != nil {
		return err
	}
	return s.showDesk(w, r)
}

// takeDeskByForm is the same for a page whose script does not run.
func (s *Server) takeDeskByForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		return api.Refuse(http.StatusBadRequest, "the form cannot be read")
	}
	if err := s.takeOver(r); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

func (s *Server) takeOver(r *http.Request) error {
	session := guard.SenderFrom(r.Context()).Session
	if session == "" {
		return api.Refuse(http.StatusConflict, "the desk belongs to a browser that has signed in; a script needs none")
	}
	s.desk.TakeOver(session, time.Now())
	return nil
}

// deskView is the desk as a page shows it.
func (s *Server) deskView(r *http.Request) templates.Desk {
	state := s.desk.State(guard.SenderFrom(r.Context()).Session, time.Now())
	view := templates.Desk{Taken: state.Taken, Yours: state.Yours, Next: "/"}
	if state.Taken {
		view.Since = state.Since.Format("15:04")
	}
	if r.Method == http.MethodGet {
		view.Next = localPath(r.URL.RequestURI())
	}
	return view
}
