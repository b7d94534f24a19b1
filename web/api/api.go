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
	"slices"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web/guard"
)

// maxBody bounds a request body in bytes.
const maxBody = 16 << 10

// API answers from the targets and what has been kept of them. All fields are
// required.
type API struct {
	Epoch   string
	Started time.Time
	Fleet   Fleet   // how the targets are found
	Targets Targets // the first is meant where none is named
	Archive *archive.Archive
	Graphs  *archive.Archive // of heap graphs

	Checkers Checkers // that are switched together; nil for none

	compare  comparer
	checkers lastCheckers
	analysed analyses
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

// Ready reports whether there is something to show: the lab's checker answers
// and its first reading has come, or any of the services watched does. An
// observer that has looked everywhere and found none yet does all that it can.
func (a *API) Ready() (checks map[string]string, ok bool) {
	checks = make(map[string]string)
	listed := slices.DeleteFunc(slices.Clone(a.Targets.All()), func(t *Target) bool { _, gone := t.Gone(); return gone })
	if a.Fleet.Watches && len(listed) == 0 {
		checks["services"] = "not looked for yet"
		if ok = a.Fleet.searched(); ok {
			checks["services"] = "none found yet"
		}
	}
	for _, t := range listed {
		up, read := t.ready()
		ok = ok || up && read
		of := func(check string) string {
			if t.Lab != nil {
				return check
			}
			return t.ID + " " + check
		}
		checks[of("checker")], checks[of("reading")] = "ok", "ok"
		if !up {
			checks[of("checker")] = string(t.Life().Status)
		}
		if !read {
			checks[of("reading")] = "none yet"
		}
	}
	return checks, ok
}

// Routes lists the API with what each route needs.
func (a *API) Routes() []Route {
	const prefix = "/api/v1/"
	routes := []Route{
		{"GET targets", guard.Viewer, a.ofAny(a.targets)},
		{"GET fleet", guard.Viewer, a.fleet},
		{"GET fleet/checkers", guard.Viewer, a.fleetCheckers},
		{"GET state", guard.Viewer, a.of(a.state)},
		{"GET strategies", guard.Viewer, a.of(a.strategies)},
		{"GET verdict", guard.Viewer, a.of(a.verdict)},
		{"GET history", guard.Viewer, a.of(a.history)},
		{"GET sizes", guard.Viewer, a.of(a.sizes)},
		{"GET readings.csv", guard.Viewer, a.of(a.readings)},
		{"GET snapshots", guard.Viewer, a.of(a.snapshots)},
		{"GET snapshots/{id}", guard.Viewer, a.ofAny(a.snapshot)},
		{"GET snapshots/{id}/profile.pb.gz", guard.Viewer, a.ofAny(a.profile)},
		{"GET diff", guard.Viewer, a.ofAny(a.diff)},
		{"GET scoreboard", guard.Viewer, a.ofLab(a.scoreboard)},
		{"GET scoreboard.csv", guard.Viewer, a.ofLab(a.scoreboardCSV)},
		{"GET lessons", guard.Viewer, a.ofLab(a.lessons)},
		{"GET lessons/{lesson}", guard.Viewer, a.ofLab(a.lesson)},
		{"POST lessons/{lesson}/steps/{step}/check", guard.Viewer, a.ofLab(a.checkStep)},
		{"GET room", guard.Viewer, a.ofLab(a.room)},
		{"PUT room/me", guard.Viewer, a.ofLab(a.joinRoom)},
		{"PUT room/me/answers/{lesson}/{step}", guard.Viewer, a.ofLab(a.lockAnswers)},

		{"PUT strategy", guard.Instructor, a.ofLab(a.putStrategy)},
		{"PUT load", guard.Instructor, a.ofLab(a.putLoad)},
		{"PUT faults", guard.Instructor, a.ofLab(a.putFaults)},
		{"PUT fleet/strategy", guard.Instructor, a.orderStrategy},
		{"PUT cover", guard.Instructor, a.ofLab(a.putCover)},
		{"POST expire", guard.Instructor, a.ofLab(a.expire)},
		{"PUT limits", guard.Instructor, a.ofLab(a.putLimits)},
		{"POST scoreboard/trial", guard.Instructor, a.ofLab(a.startTrial)},
		{"DELETE scoreboard/trial", guard.Instructor, a.ofLab(a.stopTrial)},
		{"POST lessons/{lesson}/steps/{step}/do", guard.Instructor, a.ofLab(a.doStep)},
		{"POST lessons/{lesson}/steps/{step}/solve", guard.Instructor, a.ofLab(a.solveStep)},
		{"POST lessons/{lesson}/steps/{step}/reset", guard.Instructor, a.ofLab(a.resetStep)},
		{"POST room/reveal", guard.Instructor, a.ofLab(a.revealRoom)},
		{"PUT room/view", guard.Instructor, a.ofLab(a.presentView)},
		{"DELETE room", guard.Instructor, a.ofLab(a.resetRoom)},
		{"GET heapgraphs", guard.Instructor, a.of(a.heapGraphs)},
		{"POST heapgraphs", guard.Instructor, a.of(a.takeHeapGraph)},
		{"DELETE heapgraphs/{id}", guard.Instructor, a.ofAny(a.deleteHeapGraph)},
		{"GET heapgraphs/{id}/graph", guard.Instructor, a.ofAny(a.heapGraphFile)},
		{"GET heapgraphs/{id}/tree", guard.Instructor, a.ofAny(a.heapTree)},
		{"GET holders", guard.Instructor, a.of(a.holders)},
		{"GET holders/compare", guard.Instructor, a.ofAny(a.compareHolders)},
		{"POST gc", guard.Instructor, a.of(a.gc)},
		{"POST restart", guard.Instructor, a.ofLab(a.restart)},
		{"POST reset", guard.Instructor, a.ofLab(a.reset)},
		{"POST resume", guard.Instructor, a.ofLab(a.resume)},
		{"POST snapshots", guard.Instructor, a.of(a.takeSnapshot)},
		{"POST snapshots/upload", guard.Instructor, a.ofAny(a.upload)},
		{"PATCH snapshots/{id}", guard.Instructor, a.ofAny(a.changeSnapshot)},
		{"DELETE snapshots/{id}", guard.Instructor, a.ofAny(a.deleteSnapshot)},
	}
	for i := range routes {
		method, path, _ := strings.Cut(routes[i].Pattern, " ")
		routes[i].Pattern = method + " " + prefix + path
	}
	return routes
}

// A Route is a pattern of http.ServeMux, who may use it, and what answers.
type Route struct {
	Pattern string
	Need    guard.Role
	Handle  Handler
}
