package service

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strings"
)

// Handler returns every route of the checker, in one table.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/check", s.handle(s.check))
	mux.Handle("GET /healthz", s.handle(s.healthz))
	mux.Handle("GET /readyz", s.handle(s.readyz))

	mux.Handle("GET /control/state", s.guard(s.handle(s.state)))
	mux.Handle("GET /control/strategies", s.guard(s.handle(s.strategies)))
	mux.Handle("PUT /control/strategy", s.guard(s.handle(s.useStrategy)))
	mux.Handle("PUT /control/updater", s.guard(s.handle(s.setUpdater)))
	mux.Handle("POST /control/refresh", s.guard(s.handle(s.refresh)))
	mux.Handle("GET /metrics", s.guard(newMetrics(s)))
	if s.cfg.Debug != nil {
		mux.Handle("/debug/", s.guard(s.cfg.Debug))
	}
	return mux
}

// An action serves a request, or returns why it cannot and writes nothing.
type action func(http.ResponseWriter, *http.Request) error

// handle logs what is the service's own fault. Outages are logged once, where
// they are noticed; the rest is the sender's.
func (s *Service) handle(do action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := do(w, r)
		if err == nil {
			return
		}
		if writeProblem(w, err) == http.StatusInternalServerError {
			s.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
				slog.String("route", r.Pattern), slog.Any("error", err))
		}
	})
}

// guard lets in who knows the control token. Both tokens are hashed, so that
// comparing them takes as long whatever their lengths.
func (s *Service) guard(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(s.cfg.ControlToken))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(token))
		if s.cfg.ControlToken == "" || !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			writeProblem(w, &fault{status: http.StatusUnauthorized, detail: "this needs the control token: Authorization: Bearer TOKEN"})
			return
		}
		next.ServeHTTP(w, r)
	})
}
