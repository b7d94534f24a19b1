package service

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/leakline/leakline/checker"
)

// An answer is a decision on the wire.
type answer struct {
	PaymentID  string `json:"payment_id"`
	Risky      bool   `json:"risky"`
	Strategy   string `json:"strategy"`
	Generation uint64 `json:"generation"`
	ElapsedUS  int64  `json:"elapsed_us"`
}

func (s *Service) check(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(w, r, s.cfg.MaxBody)
	if err != nil {
		return err
	}
	p, err := parsePayment(body)
	if err != nil {
		return err
	}
	d, err := s.Check(r.Context(), p)
	if err != nil {
		return err
	}
	writeJSON(w, "application/json", http.StatusOK, answer{
		PaymentID: d.PaymentID, Risky: d.Risky,
		Strategy: d.Strategy, Generation: d.Generation, ElapsedUS: d.Elapsed.Microseconds(),
	})
	return nil
}

// Check decides p within the time a check has. It does not stop for a client
// that hangs up: go-redis throws away a connection whose command was cancelled,
// so impatient clients would make every check dial.
func (s *Service) Check(ctx context.Context, p checker.Payment) (checker.Decision, error) {
	ctx = context.WithoutCancel(ctx)
	if longest := s.checkTimeout(); longest > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, longest)
		defer cancel()
	}
	d, err := s.checker.Check(ctx, p)
	s.noteOutage(ctx, err)
	return d, err
}

// noteOutage logs when checks begin to fail and when they work again, rather
// than every payment that is refused in between.
func (s *Service) noteOutage(ctx context.Context, err error) {
	failed := err != nil
	if s.failing.Load() == failed || !s.failing.CompareAndSwap(!failed, failed) {
		return
	}
	if failed {
		s.cfg.Log.LogAttrs(ctx, slog.LevelError, "checks fail", slog.Any("error", err))
	} else {
		s.cfg.Log.LogAttrs(ctx, slog.LevelInfo, "checks work again")
	}
}
