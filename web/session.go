package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

// followLink turns the token of a link into a cookie and goes on to the same
// address without it, so that it stays in no history and no referrer.
func (s *Server) followLink(w http.ResponseWriter, r *http.Request) bool {
	query := r.URL.Query()
	token := query.Get("token")
	if r.Method != http.MethodGet || token == "" || !wantsPage(r) {
		return false
	}
	sender, err := s.cfg.Guard.SignIn(w, r, token)
	if err != nil {
		s.refused(r, "sign in by link", err)
		s.signInPage(w, r, err, "That link's token is not known here: leakline makes new ones at each start.")
		return true
	}
	s.record(r, sender, "sign in by link", "", http.StatusSeeOther, 0)
	query.Del("token")
	r.URL.RawQuery = query.Encode()
	http.Redirect(w, r, localPath(r.URL.RequestURI()), http.StatusSeeOther)
	return true
}

// signIn is the same with a form, for who has the token but not the link.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		return api.Refuse(http.StatusBadRequest, "the form cannot be read")
	}
	sender, err := s.cfg.Guard.SignIn(w, r, strings.TrimSpace(r.PostForm.Get("token")))
	if err != nil {
		s.refused(r, "sign in by form", err)
		s.signInPage(w, r, err, "That token is not known here.")
		return nil
	}
	s.record(r, sender, "sign in by form", "", http.StatusSeeOther, 0)
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// localPath keeps a redirect on this host.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// signInPage asks for a token after a refusal.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, refusal error, message string) {
	if errors.Is(refusal, guard.ErrGuess) {
		w.Header().Set("Retry-After", "1")
		message = sentence(refusal.Error())
	}
	next := "/"
	if r.Method == http.MethodGet {
		query := r.URL.Query()
		query.Del("token")
		next = localPath(r.URL.Path)
		if q := query.Encode(); q != "" {
			next += "?" + q
		}
	}
	view := templates.SignInView{Page: s.anonymousPage("Sign in"), Message: message, Next: next}
	s.render(w, r, guard.Status(refusal), templates.SignIn(view))
}
