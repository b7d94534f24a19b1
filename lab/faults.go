package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/profiler"
)

// Faults are what is done to the patient and its sources. They outlive its
// process.
type Faults struct {
	Redis             string `json:"redis"`               // up, frozen or down
	RedisLatencyMS    int64  `json:"redis_latency_ms"`    // every answer of Redis is so much later
	SQLLatencyMS      int64  `json:"sql_latency_ms"`      // a query takes so much longer, and holds a connection
	SetExLatencyMS    int64  `json:"setex_latency_ms"`    // so long Redis takes to store the list
	CheckTimeoutMS    int64  `json:"check_timeout_ms"`    // longest a check may take, 0 for no limit
	Updater           string `json:"updater"`             // atomic, naive or stopped
	UpdaterIntervalMS int64  `json:"updater_interval_ms"` // from one publication to the next
	UpdaterStepMS     int64  `json:"updater_step_ms"`     // between the steps of the naive updater
	AuditEvery        int64  `json:"audit_every"`         // payments for each one that audit-forever keeps
}

// noFaults is how a lab begins; the figures are the checker's own defaults.
var noFaults = Faults{
	Redis: RedisUp, CheckTimeoutMS: 250,
	Updater: string(riskyusers.Atomic), UpdaterIntervalMS: 60_000, AuditEvery: 10,
}

// A FaultsChange names what is to change; nil leaves it.
type FaultsChange struct {
	Redis             *string `json:"redis"`
	RedisLatencyMS    *int64  `json:"redis_latency_ms"`
	SQLLatencyMS      *int64  `json:"sql_latency_ms"`
	SetExLatencyMS    *int64  `json:"setex_latency_ms"`
	CheckTimeoutMS    *int64  `json:"check_timeout_ms"`
	Updater           *string `json:"updater"`
	UpdaterIntervalMS *int64  `json:"updater_interval_ms"`
	UpdaterStepMS     *int64  `json:"updater_step_ms"`
	AuditEvery        *int64  `json:"audit_every"`
}

// A FaultNumber is one of the faults that is a number.
type FaultNumber struct {
	Name        string // on the wire
	Label       string // on the page and in a mark
	Least, Most int64
	Of          func(*Faults) *int64

	changed func(*FaultsChange) *int64
}

// FaultNumbers lists them in the order in which a page shows them.
func FaultNumbers() []FaultNumber {
	const most = 600_000 // ms
	return []FaultNumber{
		{"redis_latency_ms", "Redis latency, ms", 0, 60_000,
			func(f *Faults) *int64 { return &f.RedisLatencyMS }, func(c *FaultsChange) *int64 { return c.RedisLatencyMS }},
		{"sql_latency_ms", "SQL latency, ms", 0, most,
			func(f *Faults) *int64 { return &f.SQLLatencyMS }, func(c *FaultsChange) *int64 { return c.SQLLatencyMS }},
		{"setex_latency_ms", "SETEX latency, ms", 0, most,
			func(f *Faults) *int64 { return &f.SetExLatencyMS }, func(c *FaultsChange) *int64 { return c.SetExLatencyMS }},
		{"check_timeout_ms", "Check deadline, ms (0: none)", 0, most,
			func(f *Faults) *int64 { return &f.CheckTimeoutMS }, func(c *FaultsChange) *int64 { return c.CheckTimeoutMS }},
		{"updater_interval_ms", "Published every, ms", 10, 3_600_000,
			func(f *Faults) *int64 { return &f.UpdaterIntervalMS }, func(c *FaultsChange) *int64 { return c.UpdaterIntervalMS }},
		{"updater_step_ms", "Between naive steps, ms", 0, 60_000,
			func(f *Faults) *int64 { return &f.UpdaterStepMS }, func(c *FaultsChange) *int64 { return c.UpdaterStepMS }},
		{"audit_every", "audit-forever keeps one in", 1, 1_000_000,
			func(f *Faults) *int64 { return &f.AuditEvery }, func(c *FaultsChange) *int64 { return c.AuditEvery }},
	}
}

func (f Faults) check() error {
	for _, n := range FaultNumbers() {
		if v := *n.Of(&f); v < n.Least || v > n.Most {
			return fmt.Errorf("%w: %s of %d: want %d to %d", ErrInvalid, n.Name, v, n.Least, n.Most)
		}
	}
	if _, err := riskyusers.ParseKind(f.Updater); err != nil {
		return fmt.Errorf("%w: updater %q: want atomic, naive or stopped", ErrInvalid, f.Updater)
	}
	if f.Redis != RedisUp && f.Redis != RedisFrozen && f.Redis != RedisDown {
		return fmt.Errorf("%w: redis %q: want up, frozen or down", ErrInvalid, f.Redis)
	}
	return nil
}

// changed lists what differs, for a mark.
func (f Faults) changed(old Faults) string {
	var all []string
	add := func(what string, from, to any) {
		if from != to {
			all = append(all, fmt.Sprintf("%s: %v → %v", what, from, to))
		}
	}
	add("Redis", old.Redis, f.Redis)
	add("updater", old.Updater, f.Updater)
	for _, n := range FaultNumbers() {
		add(n.Label, *n.Of(&old), *n.Of(&f))
	}
	return strings.Join(all, "; ")
}

func (c FaultsChange) onto(f Faults) Faults {
	for _, n := range FaultNumbers() {
		if v := n.changed(&c); v != nil {
			*n.Of(&f) = *v
		}
	}
	if c.Updater != nil {
		f.Updater = *c.Updater
	}
	if c.Redis != nil {
		f.Redis = *c.Redis
	}
	return f
}

// SetFaults changes the faults and returns the whole of them. While the patient
// is down they are kept and applied when it is ready.
func (l *Lab) SetFaults(ctx context.Context, c FaultsChange, by string) (Faults, error) {
	l.command.Lock()
	defer l.command.Unlock()
	old := l.State().Faults
	if err := l.trials.running(); err != nil {
		return old, err
	}
	f := c.onto(old)
	if err := f.check(); err != nil {
		return old, err
	}
	if f == old {
		return f, nil
	}
	if err := l.disturbRedis(f); err != nil {
		return old, err
	}
	if p := l.present(); p != nil {
		if err := p.suffer(ctx, f); err != nil {
			return old, errors.Join(err, l.disturbRedis(old))
		}
	}
	l.change(func(s *State) { s.Faults, s.Capacity = f, nil })
	l.mark(profiler.Mark{Kind: profiler.MarkNote, By: by, Text: f.changed(old)})
	return f, nil
}

// disturbRedis makes Redis appear as f says. Somebody's is left alone.
func (l *Lab) disturbRedis(f Faults) error {
	if l.proxy != nil {
		return l.proxy.set(f.Redis, time.Duration(f.RedisLatencyMS)*time.Millisecond)
	}
	if f.Redis != noFaults.Redis || f.RedisLatencyMS != noFaults.RedisLatencyMS {
		return fmt.Errorf("disturbing Redis: %w", ErrForeign)
	}
	return nil
}

// suffer tells the checker of its faults.
func (p *patient) suffer(ctx context.Context, f Faults) error {
	faults := map[string]int64{
		"sql_latency_ms": f.SQLLatencyMS, "setex_latency_ms": f.SetExLatencyMS, "check_timeout_ms": f.CheckTimeoutMS,
		"audit_every": f.AuditEvery,
	}
	if err := p.control(ctx, http.MethodPut, "/control/faults", faults, nil); err != nil {
		return fmt.Errorf("telling the checker of its faults: %w", err)
	}
	updater := map[string]any{"kind": f.Updater, "interval_ms": f.UpdaterIntervalMS, "step_delay_ms": f.UpdaterStepMS}
	if err := p.control(ctx, http.MethodPut, "/control/updater", updater, nil); err != nil {
		return fmt.Errorf("telling the checker of its updater: %w", err)
	}
	return nil
}

// Expire makes Redis forget the cached list, as its time to live will.
func (l *Lab) Expire(ctx context.Context, by string) error {
	if err := l.trials.running(); err != nil {
		return err
	}
	p := l.present()
	if p == nil {
		return fmt.Errorf("expiring the list: %w", ErrNoPatient)
	}
	if err := p.control(ctx, http.MethodPost, "/control/expire", nil, nil); err != nil {
		return fmt.Errorf("expiring the list: %w", err)
	}
	l.mark(profiler.Mark{Kind: profiler.MarkNote, By: by, Text: "the cached list was made to expire"})
	return nil
}
