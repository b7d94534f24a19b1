package service

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strings"

	"github.com/leakline/leakline/docs"
)

// A route is a pattern of http.ServeMux and who may ask for it.
type route struct {
	pattern string
	open    bool // to anyone; else the control token is needed
	handler http.Handler
}

func (s *Service) routes() []route {
	return []route{
		{"POST /v1/check", true, s.handle(s.check)},
		{"GET /healthz", true, s.handle(s.healthz)},
		{"GET /readyz", true, s.handle(s.readyz)},
		{"GET /openapi.yaml", true, http.HandlerFunc(contract)},

		{"GET /control/state", false, s.handle(s.state)},
		{"GET /control/strategies", false, s.handle(s.strategies)},
		{"PUT /control/strategy", false, s.handle(s.useStrategy)},
		{"PUT /control/updater", false, s.handle(s.setUpdater)},
		{"PUT /control/faults", false, s.handle(s.setFaults)},
		{"POST /control/expire", false, s.handle(s.expire)},
		{"POST /control/refresh", false, s.handle(s.refresh)},
		{"GET /metrics", false, newMetrics(s)},
	}
}

// Handler returns every route of the checker.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		if !r.open {
			r.handler = s.guard(r.handler)
		}
		mux.Handle(r.pattern, r.handler)
	}
	if s.cfg.Debug != nil {
		mux.Handle("/debug/", s.guard(s.cfg.Debug))
	}
	return mux
}

func contract(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(docs.Checker)
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
