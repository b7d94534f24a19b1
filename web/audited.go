package web

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/audit"
	"github.com/leakline/leakline/web/guard"
)

// worthNoting says whether a request belongs into the audit log: whatever the
// instructor changes, and whatever hands out a profile. What viewers change is
// their own answers, which the room keeps.
func worthNoting(r *http.Request, route api.Route) bool {
	switch route.Pattern {
	case "GET /debug/pprof/", "GET /self/debug/", "GET /api/v1/snapshots/{id}/profile.pb.gz", "GET /api/v1/heapgraphs/{id}/graph", "GET /report.html":
		return true
	}
	return route.Need == guard.Instructor && (changes(r) || strings.HasPrefix(r.URL.Path, "/self/debug/"))
}

const (
	maxNotedBody = 4 << 10 // bytes of a body that are looked at
	maxNotedText = 256     // bytes of an entry's text
)

// note answers by handle and notes what became of it.
func (s *Server) note(w http.ResponseWriter, r *http.Request, route api.Route, handle http.HandlerFunc) {
	var body bytes.Buffer
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/json") {
		rest := r.Body
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(rest, &upTo{&body, maxNotedBody}), rest}
	}
	answered := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	handle(answered, r)
	fields, whole := fieldsOf(body.Bytes())
	if _, said := fields["presenting"]; whole && !said && route.Pattern == "PUT /api/v1/room/view" {
		return // a move of who presents, which the room sees; there are ten a second
	}
	with := ""
	if answered.status < 400 {
		with = s.cfg.Guard.Redact(parameters(r, route, fields))
	}
	s.record(r, guard.SenderFrom(r.Context()), routeName(r, route), with, answered.status, 0)
}

// refused notes a wrong token.
func (s *Server) refused(r *http.Request, did string, err error) {
	if status := guard.Status(err); status == http.StatusUnauthorized || status == http.StatusTooManyRequests {
		if skipped, due := s.wrong.due(time.Now()); due {
			s.record(r, guard.Sender{}, did, "a wrong token", status, skipped)
		}
	}
}

// Refusals that are noted one by one in a minute. Those beyond are counted, so
// that whoever guesses tokens does not push out what others did.
const maxRefusals = 20

type refusals struct {
	mu      sync.Mutex
	since   time.Time
	noted   int // since then
	skipped int // not told of yet
}

func (f *refusals) due(now time.Time) (skipped int, due bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.since) >= time.Minute {
		f.since, f.noted = now, 0
	}
	if f.noted >= maxRefusals {
		f.skipped++
		return 0, false
	}
	f.noted++
	skipped, f.skipped = f.skipped, 0
	return skipped, true
}

// record adds an entry to the log.
func (s *Server) record(r *http.Request, sender guard.Sender, did, with string, status, skipped int) {
	remote, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		remote = r.RemoteAddr
	}
	s.cfg.Audit.Add(audit.Entry{
		Time: time.Now(), Role: sender.Role.String(), Session: sender.Tag(), Remote: remote,
		Did: did, With: with, Status: status, Skipped: skipped,
	})
}

// A statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// upTo takes everything and keeps the first bytes.
type upTo struct {
	kept *bytes.Buffer
	left int
}

func (u *upTo) Write(p []byte) (int, error) {
	n := min(len(p), u.left)
	u.kept.Write(p[:n])
	u.left -= n
	return len(p), nil
}
