package service

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
)

// faults are what a lab does to this checker and its sources, so that what
// happens then can be seen. The zero value is none.
type faults struct {
	sqlLatency   time.Duration // each query takes so much longer, and holds a connection meanwhile
	setExLatency time.Duration // so long Redis takes to store the list
	checkTimeout time.Duration // longest a check may take; 0 as configured, negative for no limit
	auditEvery   int           // payments for each one that audit-forever keeps; default 10
}

const (
	auditEvery    = 10
	maxAuditEvery = 1_000_000
)

// maxFault bounds each latency.
const maxFault = 10 * time.Minute

// faultSettings are faults on the wire; check_timeout_ms is 0 for no limit.
type faultSettings struct {
	SQLLatencyMS   int64 `json:"sql_latency_ms"`
	SetExLatencyMS int64 `json:"setex_latency_ms"`
	CheckTimeoutMS int64 `json:"check_timeout_ms"`
	AuditEvery     int   `json:"audit_every"`
}

// checkTimeout is the present longest time of a check, 0 or less for no limit.
func (s *Service) checkTimeout() time.Duration {
	if d := s.faults.Load().checkTimeout; d != 0 {
		return d
	}
	return s.cfg.CheckTimeout
}

// auditEvery is of how many payments audit-forever keeps one at present.
func (s *Service) auditEvery() int { return cmp.Or(s.faults.Load().auditEvery, auditEvery) }

// setFaults merges into what stands and answers with the whole.
func (s *Service) setFaults(w http.ResponseWriter, r *http.Request) error {
	var sqlMS, setExMS, timeoutMS, every *int64
	err := s.readObject(w, r, map[string]any{
		"sql_latency_ms": &sqlMS, "setex_latency_ms": &setExMS, "check_timeout_ms": &timeoutMS, "audit_every": &every,
	})
	if err != nil {
		return err
	}
	f := *s.faults.Load()
	for _, in := range []struct {
		name string
		ms   *int64
		into *time.Duration
	}{{"sql_latency_ms", sqlMS, &f.sqlLatency}, {"setex_latency_ms", setExMS, &f.setExLatency}, {"check_timeout_ms", timeoutMS, &f.checkTimeout}} {
		if in.ms == nil {
			continue
		}
		if *in.ms < 0 || *in.ms > maxFault.Milliseconds() {
			return badField(in.name, fmt.Sprintf("is not between 0 and %d", maxFault.Milliseconds()))
		}
		*in.into = time.Duration(*in.ms) * time.Millisecond
	}
	if timeoutMS != nil && *timeoutMS == 0 {
		f.checkTimeout = -1
	}
	if every != nil {
		if *every < 1 || *every > maxAuditEvery {
			return badField("audit_every", fmt.Sprintf("is not between 1 and %d", maxAuditEvery))
		}
		f.auditEvery = int(*every)
	}
	s.faults.Store(&f)
	writeJSON(w, "application/json", http.StatusOK, faultSettings{
		f.sqlLatency.Milliseconds(), f.setExLatency.Milliseconds(), max(0, s.checkTimeout()).Milliseconds(),
		s.auditEvery(),
	})
	return nil
}

// expire makes Redis forget the list, as its time to live will.
func (s *Service) expire(w http.ResponseWriter, r *http.Request) error {
	if err := s.updater.DropList(r.Context()); err != nil {
		return &fault{status: http.StatusServiceUnavailable, detail: fmt.Sprintf("not expired: %v", err)}
	}
	writeJSON(w, "application/json", http.StatusOK, map[string]bool{"expired": true})
	return nil
}

// wait passes the time, or ends with ctx.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// slowUsers is the table of risky users, as slow as the faults say.
type slowUsers struct {
	*riskyusers.Store
	service *Service
}

var _ strategy.RiskyUsers = slowUsers{}

func (u slowUsers) ActiveIDs(ctx context.Context) ([]string, error) {
	if err := u.Hold(ctx, u.service.faults.Load().sqlLatency); err != nil {
		return nil, err
	}
	return u.Store.ActiveIDs(ctx)
}

func (u slowUsers) EachActive(ctx context.Context, piece int, f func(userIDs []string) error) error {
	if err := u.Hold(ctx, u.service.faults.Load().sqlLatency); err != nil {
		return err
	}
	return u.Store.EachActive(ctx, piece, f)
}

func (u slowUsers) IsRisky(ctx context.Context, userID string) (bool, error) {
	if err := u.Hold(ctx, u.service.faults.Load().sqlLatency); err != nil {
		return false, err
	}
	return u.Store.IsRisky(ctx, userID)
}

// slowCache is the cached list, as slow to be stored as the faults say.
type slowCache struct {
	listCache
	service *Service
}

func (c *slowCache) SetEx(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := wait(ctx, c.service.faults.Load().setExLatency); err != nil {
		return err
	}
	return c.listCache.SetEx(ctx, key, value, ttl)
}
