package service

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
)

// A fault is a request that cannot be served as it is, in words for whoever
// sent it.
type fault struct {
	status int
	field  string // of the body; empty when it is not about one
	detail string
}

func (f *fault) Error() string { return f.detail }

// A problem is an error on the wire.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Field  string `json:"field,omitempty"`
}

// problemOf is the only place that knows how failures map to HTTP.
func problemOf(err error) problem {
	p := problem{Type: "about:blank", Status: http.StatusInternalServerError, Detail: "this should not have happened; the log knows more"}
	var f *fault
	switch {
	case errors.As(err, &f):
		p.Status, p.Field, p.Detail = f.status, f.field, f.detail
	case errors.Is(err, checker.ErrUnknownStrategy):
		p.Status, p.Field, p.Detail = http.StatusNotFound, "name", "there is no such strategy; GET /control/strategies lists them"
	case errors.Is(err, riskyusers.ErrUnknownKind):
		p.Status, p.Field, p.Detail = http.StatusBadRequest, "kind", "kind is one of atomic, naive, stopped"
	case errors.Is(err, checker.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Detail = http.StatusServiceUnavailable, "neither Redis nor SQL could say in time whether this user is risky"
	case errors.Is(err, checker.ErrClosed):
		p.Status, p.Detail = http.StatusServiceUnavailable, "the checker is shutting down"
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// writeProblem answers with err and returns the status it chose.
func writeProblem(w http.ResponseWriter, err error) int {
	p := problemOf(err)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, "application/problem+json", p.Status, p)
	return p.Status
}

// writeJSON leaves an error in writing to net/http, which ends the connection.
func writeJSON(w http.ResponseWriter, contentType string, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
