package lab

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/profiler"
)

// Faults are what is done to the patient's sources. They outlive its process.
type Faults struct {
	SQLLatencyMS   int64  `json:"sql_latency_ms"`   // a query takes so much longer, and holds a connection
	SetExLatencyMS int64  `json:"setex_latency_ms"` // so long Redis takes to store the list
	CheckTimeoutMS int64  `json:"check_timeout_ms"` // longest a check may take, 0 for no limit
	Updater        string `json:"updater"`          // atomic, naive or stopped
}

// noFaults is how a lab begins; the timeout is the checker's own default.
var noFaults = Faults{CheckTimeoutMS: 250, Updater: string(riskyusers.Atomic)}

const maxFaultMS = 600_000

func (f Faults) check() error {
	for _, v := range []struct {
		name string
		ms   int64
	}{{"sql_latency_ms", f.SQLLatencyMS}, {"setex_latency_ms", f.SetExLatencyMS}, {"check_timeout_ms", f.CheckTimeoutMS}} {
		if v.ms < 0 || v.ms > maxFaultMS {
			return fmt.Errorf("%w: %s of %d: want 0 to %d", ErrInvalid, v.name, v.ms, maxFaultMS)
		}
	}
	if _, err := riskyusers.ParseKind(f.Updater); err != nil {
		return fmt.Errorf("%w: updater %q: want atomic, naive or stopped", ErrInvalid, f.Updater)
	}
	return nil
}

// changed lists what differs, for a mark.
func (f Faults) changed(old Faults) string {
	var all []string
	add := func(what string, from, to any) {
		if from != to {
			all = append(all, fmt.Sprintf("%s %v → %v", what, from, to))
		}
	}
	add("SQL latency, ms,", old.SQLLatencyMS, f.SQLLatencyMS)
	add("SETEX latency, ms,", old.SetExLatencyMS, f.SetExLatencyMS)
	add("check deadline, ms,", old.CheckTimeoutMS, f.CheckTimeoutMS)
	add("updater", old.Updater, f.Updater)
	return strings.Join(all, ", ")
}

// A FaultsChange names what is to change; nil leaves it.
type FaultsChange struct {
	SQLLatencyMS   *int64  `json:"sql_latency_ms"`
	SetExLatencyMS *int64  `json:"setex_latency_ms"`
	CheckTimeoutMS *int64  `json:"check_timeout_ms"`
	Updater        *string `json:"updater"`
}

func (c FaultsChange) onto(f Faults) Faults {
	for _, v := range []struct{ from, into *int64 }{
		{c.SQLLatencyMS, &f.SQLLatencyMS}, {c.SetExLatencyMS, &f.SetExLatencyMS}, {c.CheckTimeoutMS, &f.CheckTimeoutMS},
	} {
		if v.from != nil {
			*v.into = *v.from
		}
	}
	if c.Updater != nil {
		f.Updater = *c.Updater
	}
	return f
}

// SetFaults changes the faults and returns the whole of them. While the patient
// is down they are kept and applied when it is ready.
func (l *Lab) SetFaults(ctx context.Context, c FaultsChange, by string) (Faults, error) {
	l.command.Lock()
	defer l.command.Unlock()
	old := l.State().Faults
	f := c.onto(old)
	if err := f.check(); err != nil {
		return old, err
	}
	if f == old {
		return f, nil
	}
	if p := l.present(); p != nil {
		if err := p.suffer(ctx, f); err != nil {
			return old, err
		}
	}
	l.change(func(s *State) { s.Faults = f })
	l.watch.Mark(profiler.Mark{Kind: profiler.MarkNote, By: by, Text: f.changed(old)})
	return f, nil
}

// suffer tells the checker of its faults.
func (p *patient) suffer(ctx context.Context, f Faults) error {
	latency := map[string]int64{
		"sql_latency_ms": f.SQLLatencyMS, "setex_latency_ms": f.SetExLatencyMS, "check_timeout_ms": f.CheckTimeoutMS,
	}
	if err := p.control(ctx, http.MethodPut, "/control/faults", latency, nil); err != nil {
		return fmt.Errorf("telling the checker of its faults: %w", err)
	}
	if err := p.control(ctx, http.MethodPut, "/control/updater", map[string]string{"kind": f.Updater}, nil); err != nil {
		return fmt.Errorf("telling the checker of its updater: %w", err)
	}
	return nil
}

// Expire makes Redis forget the cached list, as its time to live will.
func (l *Lab) Expire(ctx context.Context, by string) error {
	p := l.present()
	if p == nil {
		return fmt.Errorf("expiring the list: %w", ErrNoPatient)
	}
	if err := p.control(ctx, http.MethodPost, "/control/expire", nil, nil); err != nil {
		return fmt.Errorf("expiring the list: %w", err)
	}
	l.watch.Mark(profiler.Mark{Kind: profiler.MarkNote, By: by, Text: "the cached list was made to expire"})
	return nil
}
