// Package api answers /api/v1: JSON in, JSON out, problems as
// application/problem+json. Handlers return errors; Problem is the one place
// that knows how they map to HTTP. Who may call what is not decided here.
package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web/guard"
	"github.com/leakline/leakline/web/live"
)

// maxBody bounds a request body in bytes.
const maxBody = 16 << 10

// API answers from a lab and what has been kept of it. All fields but Role are
// required.
type API struct {
	Epoch   string
	Started time.Time
	Lab     *lab.Lab
	Archive *archive.Archive
	Hub     *live.Hub

	compare comparer
}

// A Handler is a handler that reports failure instead of writing it.
type Handler func(w http.ResponseWriter, r *http.Request) error

// by names who does something, for the marks.
const by = "instructor"

// answer writes v as JSON.
func answer(w http.ResponseWriter, status int, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(raw)
	return nil
}

// A badRequest says what is wrong with a request and what would be right.
type badRequest struct {
	status int
	detail string
}

func (e *badRequest) Error() string { return e.detail }

// Refuse returns an error that is answered with the given status.
func Refuse(status int, format string, args ...any) error {
	return &badRequest{status, fmt.Sprintf(format, args...)}
}

func refuse(format string, args ...any) error {
	return Refuse(http.StatusBadRequest, format, args...)
}

// read decodes a JSON object into v and refuses anything beside it. An empty
// body is {}: every field of every request is optional or checked later.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	if r.ContentLength != 0 {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			return &badRequest{http.StatusUnsupportedMediaType, "send the body as Content-Type: application/json"}
		}
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &tooLarge):
		return &badRequest{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is larger than %d bytes", maxBody)}
	case errors.As(err, &wrongType):
		return refuse("field %q: want a %s, not a %s", wrongType.Field, wrongType.Type, wrongType.Value)
	case err != nil:
		return refuse("the body is not the JSON object that is wanted: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refuse("the body goes on after its JSON object")
	}
	return nil
}

// ofTarget refuses targets there are none of, before anything is done.
func ofTarget(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if t := r.URL.Query().Get("target"); t != "" && t != lab.TargetID {
			return Refuse(http.StatusNotFound, "target %q: there is only %q", t, lab.TargetID)
		}
		return h(w, r)
	}
}

// Ready reports whether the checker answers and its first reading has come.
func (a *API) Ready() (checks map[string]string, ok bool) {
	checks = map[string]string{"checker": "ok", "reading": "ok"}
	ok = true
	if s := a.Lab.State(); s.Status != lab.Running && s.Status != lab.Draining {
		checks["checker"], ok = string(s.Status), false
	}
	if _, figures, any := a.Lab.Watch().Series().Latest(); !any || !known(figures) {
		checks["reading"], ok = "none yet", false
	}
	return checks, ok
}

// Routes lists the API with what each route needs.
func (a *API) Routes() []Route {
	const prefix = "/api/v1/"
	routes := []Route{
		{"GET targets", guard.Viewer, a.targets},
		{"GET state", guard.Viewer, a.state},
		{"GET strategies", guard.Viewer, a.strategies},
		{"GET verdict", guard.Viewer, a.verdict},
		{"GET history", guard.Viewer, a.history},
		{"GET readings.csv", guard.Viewer, a.readings},
		{"GET snapshots", guard.Viewer, a.snapshots},
		{"GET snapshots/{id}", guard.Viewer, a.snapshot},
		{"GET snapshots/{id}/profile.pb.gz", guard.Viewer, a.profile},
		{"GET diff", guard.Viewer, a.diff},

		{"PUT strategy", guard.Instructor, a.putStrategy},
		{"PUT load", guard.Instructor, a.putLoad},
		{"POST gc", guard.Instructor, a.gc},
		{"POST restart", guard.Instructor, a.restart},
		{"POST reset", guard.Instructor, a.reset},
		{"POST resume", guard.Instructor, a.resume},
		{"POST snapshots", guard.Instructor, a.takeSnapshot},
		{"PATCH snapshots/{id}", guard.Instructor, a.changeSnapshot},
		{"DELETE snapshots/{id}", guard.Instructor, a.deleteSnapshot},
	}
	for i := range routes {
		method, path, _ := strings.Cut(routes[i].Pattern, " ")
		routes[i].Pattern, routes[i].Handle = method+" "+prefix+path, ofTarget(routes[i].Handle)
	}
	return routes
}

// A Route is a pattern of http.ServeMux, who may use it, and what answers.
type Route struct {
	Pattern string
	Need    guard.Role
	Handle  Handler
}
