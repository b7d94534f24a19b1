package service

import (
	"context"
	"math"
	"net/http"
	"time"
)

// probeWithin bounds what a health check asks of each of its sources.
const probeWithin = 250 * time.Millisecond

func (s *Service) healthz(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, "application/json", http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

// readyz says ready while a payment could be decided: one source is enough.
// Why another is away is for /control/state, which has to be asked with a token.
func (s *Service) readyz(w http.ResponseWriter, r *http.Request) error {
	redisErr, sqlErr := s.probe(r.Context())
	word := func(err error) string {
		if err != nil {
			return "unreachable"
		}
		return "ok"
	}
	status, code := "ready", http.StatusOK
	switch {
	case redisErr != nil && sqlErr != nil:
		status, code = "unavailable", http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "1")
	case redisErr != nil || sqlErr != nil:
		status = "degraded"
	}
	writeJSON(w, "application/json", code, map[string]any{
		"status": status,
		"checks": map[string]string{"redis": word(redisErr), "database": word(sqlErr)},
	})
	return nil
}

// probe gives each source a time of its own, so that one that is frozen does
// not make the other look so.
func (s *Service) probe(ctx context.Context) (redisErr, sqlErr error) {
	redisCtx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	redisErr = s.control.Ping(redisCtx).Err()
	return redisErr, s.probeSQL(ctx)
}

func (s *Service) probeSQL(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	return s.store.Ping(ctx)
}

// state is all that the observer asks of its patient beside readings.
func (s *Service) state(w http.ResponseWriter, r *http.Request) error {
	redisCtx, cancel := context.WithTimeout(r.Context(), probeWithin)
	defer cancel()
	name, generation := s.checker.Current()
	updater, published := s.updater.Settings(), s.updater.Status()
	state := map[string]any{
		"strategy": name, "generation": generation,
		"updater":       updater.Kind,
		"interval_ms":   updater.Interval.Milliseconds(),
		"step_delay_ms": updater.StepDelay.Milliseconds(),
		"redis":         redisVersion(redisCtx, s.control),
		"database":      s.store.Engine(),
		"requests":      s.stats.Requests(), "errors": s.stats.Errors(),
		"in_flight": s.stats.InFlight(), "sets_built": s.stats.SetsBuilt(),
		"risky_users": nil, "published_at": nil, // unknown until published
		"publishes": published.Ours, "buckets": s.cfg.Buckets,
	}
	if p := published.Progress; !p.Began.IsZero() {
		progress := map[string]any{"users": p.Users, "of": nil, "began_at": p.Began, "users_per_s": math.Round(p.PerSecond(time.Now()))}
		if p.Of > 0 {
			progress["of"] = p.Of
		}
		state["publishing"] = progress
	}
	if !published.At.IsZero() {
		state["risky_users"], state["published_at"] = published.Users, published.At
	}
	if c, ok := s.checker.Copy(); ok {
		state["copy"] = map[string]any{
			"users": c.Users, "bytes": c.Bytes, "version": c.Version, "confirmed_at": c.Confirmed,
		}
	}
	if published.Err != nil {
		state["publish_error"] = published.Err.Error()
	}
	if s.follower != nil {
		state["fleet"] = fleetState(s.follower.Standing())
	}
	if err := s.probeSQL(r.Context()); err != nil {
		state["database_error"] = err.Error()
	}
	writeJSON(w, "application/json", http.StatusOK, state)
	return nil
}
