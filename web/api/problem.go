package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/web/guard"
	"github.com/leakline/leakline/web/pprofui"
)

// StatusOf is the only place that knows how failures map to HTTP.
func StatusOf(err error) int {
	if status := guard.Status(err); status != 0 {
		return status
	}
	var bad *badRequest
	var mismatch *diff.MismatchError
	var refused *pprofui.RefusedError
	switch {
	case errors.As(err, &bad):
		return bad.status
	case errors.As(err, &refused):
		return http.StatusBadRequest
	case errors.Is(err, pprofui.ErrNoView), errors.Is(err, profiler.ErrNoSnapshot), errors.Is(err, lab.ErrUnknownStrategy), errors.Is(err, lesson.ErrUnknown):
		return http.StatusNotFound
	case errors.Is(err, target.ErrNoHeapGraph), errors.Is(err, target.ErrNoSizes), errors.Is(err, pprofui.ErrClosed), errors.Is(err, pprofui.ErrNoHome), errors.Is(err, pprofui.ErrNoGraphviz):
		return http.StatusNotImplemented
	case errors.Is(err, heapgraph.ErrRace):
		return http.StatusUnprocessableEntity
	case errors.Is(err, lab.ErrInvalid), errors.Is(err, room.ErrInvalid):
		return http.StatusBadRequest
	case errors.As(err, &mismatch):
		return http.StatusUnprocessableEntity
	case errors.Is(err, lab.ErrForeign), errors.Is(err, lab.ErrTrial), errors.Is(err, errCovered), errors.Is(err, target.ErrMayHurt), errors.Is(err, room.ErrLocked):
		return http.StatusConflict
	case errors.Is(err, target.ErrNotRunning), errors.Is(err, lab.ErrNoPatient), errors.Is(err, room.ErrFull):
		return http.StatusServiceUnavailable
	case errors.Is(err, archive.ErrFull):
		return http.StatusInsufficientStorage
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	}
	return http.StatusInternalServerError
}

// Detail is what the sender is told: the error itself, because ours name what
// is wrong, except where it may speak of our insides.
func Detail(err error) string {
	if StatusOf(err) == http.StatusInternalServerError {
		return "something went wrong inside; the log says what"
	}
	return err.Error()
}

// Problem writes an error as application/problem+json (RFC 9457).
func Problem(w http.ResponseWriter, err error) {
	status := StatusOf(err)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", http.StatusText(status), status, Detail(err)})
}
