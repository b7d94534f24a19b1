package riskyusers

import (
	"context"
	"log/slog"
	"math"
	"sync"
	"time"
)

// tellEvery is how often a publication that takes long says how far it is.
const tellEvery = 5 * time.Second

// A Progress is how far a publication is.
type Progress struct {
	Users int       // read from SQL and taken in by Redis
	Of    int       // how many there will be, 0 while that is not known
	Began time.Time // zero when nothing is being published
}

// PerSecond is how many users a second it has managed so far.
func (p Progress) PerSecond(now time.Time) float64 {
	if took := now.Sub(p.Began).Seconds(); took > 0 {
		return float64(p.Users) / took
	}
	return 0
}

// A tracker keeps the Progress of one publication at a time.
type tracker struct {
	mu    sync.Mutex
	now   Progress
	moved func() // called at each step
}

// begin starts at nothing; moved hears of each step. Done ends it.
func (t *tracker) begin(moved func()) (done func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now, t.moved = Progress{Began: time.Now()}, moved
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.now, t.moved = Progress{}, nil
	}
}

// add counts users that have arrived.
func (t *tracker) add(users int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Users += users
	if t.moved != nil {
		t.moved()
	}
}

// touch says that something has moved, if not users.
func (t *tracker) touch() { t.add(0) }

// expect says how many there will be.
func (t *tracker) expect(users int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Of = users
}

func (t *tracker) progress() Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now
}

// tellProgress logs how far a publication is that takes long.
func (u *Updater) tellProgress(ctx context.Context) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if p := u.progress.progress(); !p.Began.IsZero() && time.Since(p.Began) > tellEvery {
			u.log.LogAttrs(ctx, slog.LevelInfo, "publishing risky users", slog.Int("users", p.Users), slog.Int("of", p.Of),
				slog.Float64("users_per_s", math.Round(p.PerSecond(time.Now()))), slog.Duration("elapsed", time.Since(p.Began).Round(time.Second)))
		}
	}
}
