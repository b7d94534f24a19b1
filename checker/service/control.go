package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
)

// drainWithin bounds how long a switch is waited for; the drain itself goes on.
const drainWithin = 5 * time.Second

func (s *Service) strategies(w http.ResponseWriter, _ *http.Request) error {
	type entry struct {
		Name    string `json:"name"`
		Summary string `json:"summary"`
	}
	var list []entry
	for _, spec := range strategy.Catalog() {
		list = append(list, entry{spec.Name, spec.Summary})
	}
	name, generation := s.checker.Current()
	writeJSON(w, "application/json", http.StatusOK, map[string]any{
		"strategies": list, "current": name, "generation": generation,
	})
	return nil
}

func (s *Service) useStrategy(w http.ResponseWriter, r *http.Request) error {
	if s.follower != nil {
		return &fault{status: http.StatusConflict, detail: fmt.Sprintf(
			"this checker follows the fleet %q: a strategy is ordered for all of it, by leakline fleet switch", s.cfg.Fleet)}
	}
	var name *string
	if err := s.readObject(w, r, map[string]any{"name": &name}); err != nil {
		return err
	}
	if name == nil || *name == "" {
		return badField("name", "is missing")
	}
	ctx, cancel := context.WithTimeout(r.Context(), drainWithin)
	defer cancel()
	generation, err := s.checker.Use(ctx, *name)
	if err != nil && generation == 0 {
		return err
	}
	if err != nil {
		s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "replaced strategy lingers", slog.Any("error", err))
	}
	writeJSON(w, "application/json", http.StatusOK, map[string]any{"name": *name, "generation": generation})
	return nil
}

// updaterSettings are riskyusers.Settings on the wire.
type updaterSettings struct {
	Kind        riskyusers.Kind `json:"kind"`
	IntervalMS  int64           `json:"interval_ms"`
	StepDelayMS int64           `json:"step_delay_ms"`
}

// setUpdater merges into what stands and answers with the whole.
func (s *Service) setUpdater(w http.ResponseWriter, r *http.Request) error {
	var kind *string
	var interval, delay *int64
	err := s.readObject(w, r, map[string]any{"kind": &kind, "interval_ms": &interval, "step_delay_ms": &delay})
	if err != nil {
		return err
	}
	set := s.updater.Settings()
	if kind != nil {
		if set.Kind, err = riskyusers.ParseKind(*kind); err != nil {
			return err
		}
		if set.Kind == riskyusers.Naive && s.cfg.Buckets > 1 {
			return badField("kind", fmt.Sprintf("is naive, which knows one bucket; the Set is kept in %d", s.cfg.Buckets))
		}
	}
	if interval != nil {
		if *interval < 10 || *interval > time.Hour.Milliseconds() {
			return badField("interval_ms", "is not between 10 and 3600000")
		}
		set.Interval = time.Duration(*interval) * time.Millisecond
	}
	if delay != nil {
		if *delay < 0 || *delay > time.Minute.Milliseconds() {
			return badField("step_delay_ms", "is not between 0 and 60000")
		}
		set.StepDelay = time.Duration(*delay) * time.Millisecond
	}
	s.updater.Set(set)
	writeJSON(w, "application/json", http.StatusOK, updaterSettings{
		set.Kind, set.Interval.Milliseconds(), set.StepDelay.Milliseconds(),
	})
	return nil
}

// refresh makes every strategy see what SQL holds.
func (s *Service) refresh(w http.ResponseWriter, r *http.Request) error {
	err := s.updater.Refresh(r.Context())
	if errors.Is(err, riskyusers.ErrHeld) {
		return &fault{status: http.StatusConflict, detail: fmt.Sprintf("not refreshed here: %v", err)}
	}
	if err != nil {
		return &fault{status: http.StatusServiceUnavailable, detail: fmt.Sprintf("not refreshed: %v", err)}
	}
	writeJSON(w, "application/json", http.StatusOK, map[string]any{"risky_users": s.updater.Status().Users})
	return nil
}

// readObject reads the body into fields, whose values are as for parseObject.
func (s *Service) readObject(w http.ResponseWriter, r *http.Request, fields map[string]any) error {
	body, err := readBody(w, r, s.cfg.MaxBody)
	if err != nil {
		return err
	}
	return parseObject(body, func(name string) any { return fields[name] })
}
