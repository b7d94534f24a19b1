package riskyusers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
)

func TestAnOutageIsToldOnceAndTriedEverMoreRarely(t *testing.T) {
	said := new(bytes.Buffer)
	u := riskyusers.NewUpdater(nil, nil, riskyusers.UpdaterConfig{LockLife: time.Minute, Log: slog.New(slog.NewTextHandler(said, nil))})
	var o riskyusers.Outage
	s := riskyusers.Settings{Interval: time.Hour}
	after := func(err error) time.Duration { return u.After(t.Context(), &o, s, err) }
	away := errors.New("away")
	for i, longest := range []time.Duration{100, 200, 400, 800, 1600, 3200, 5000, 5000} {
		longest *= time.Millisecond
		if got := after(fmt.Errorf("attempt %d: %w", i, away)); got < longest/2 || got > longest {
			t.Errorf("after %d failures it waits for %v, want %v to %v", i+1, got, longest/2, longest)
		}
	}
	if got := after(fmt.Errorf("%w: another", riskyusers.ErrHeld)); got != 10*time.Second {
		t.Errorf("while another publishes it waits for %v, want a sixth of a turn", got)
	}
	if got := after(nil); got != time.Hour {
		t.Errorf("having published it waits for %v, want the interval", got)
	}
	if got := after(away); got > 100*time.Millisecond {
		t.Errorf("after the first failure of the next outage it waits for %v", got)
	}
	s.Interval = time.Millisecond
	after(away)
	if got := after(away); got != time.Millisecond {
		t.Errorf("it waits for %v, longer than until the next publication", got)
	}
	text := said.String()
	if warned, back := strings.Count(text, "level=WARN"), strings.Count(text, "be published again"); warned != 2 || back != 1 {
		t.Errorf("it warned %d times of two outages, and said %d times that one was over:\n%s", warned, back, text)
	}
}

// What Run does with it: SQL goes away and comes back.
func TestRunOutlastsAnOutage(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	said := make(chan string, 100)
	u := riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{
		Prefix: prefix, Settings: riskyusers.Settings{Interval: 10 * time.Millisecond}, Log: slog.New(teller(said)),
	})
	var away atomic.Bool
	away.Store(true)
	u.ReadFrom(func(_ context.Context, pass func([]string) error) error {
		if away.Load() {
			return errors.New("away")
		}
		return pass([]string{"a"})
	})
	start(t, u)
	if got := <-said; got != "risky users not published" {
		t.Errorf("at first it says %q", got)
	}
	eventually(t, "the failure", func() bool { return u.Status().Err != nil })
	away.Store(false)
	if got := <-said; got != "risky users can be published again" {
		t.Errorf("then it says %q, want that the outage is over", got)
	}
	g.published(t, 1)
}

// A teller passes on what is logged.
type teller chan string

func (c teller) Enabled(context.Context, slog.Level) bool { return true }
func (c teller) Handle(_ context.Context, r slog.Record) error {
	c <- r.Message
	return nil
}
func (c teller) WithAttrs([]slog.Attr) slog.Handler { return c }
func (c teller) WithGroup(string) slog.Handler      { return c }
