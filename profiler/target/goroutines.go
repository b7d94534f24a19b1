package target

import (
	"context"
	"errors"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// goroutinesEvery is how often goroutines are told apart: it stops the world,
// for some microseconds each.
const goroutinesEvery = 4 * time.Second

// FollowGoroutines has the judge told of the goroutines of t, by their
// identity, until ctx ends.
func (w *Watch) FollowGoroutines(ctx context.Context, t *Target) {
	tick := time.NewTicker(goroutinesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := w.lookAtGoroutines(ctx, t); err != nil && ctx.Err() == nil {
			w.cfg.Log.Debug("goroutines were not told apart", "error", err)
		}
	}
}

var errTooMany = errors.New("there are too many, or nobody knows how many")

func (w *Watch) lookAtGoroutines(ctx context.Context, t *Target) error {
	w.order.Lock()
	running := w.last.Get(profiler.Goroutines)
	w.order.Unlock()
	if !(running < verdict.MaxGoroutines) {
		return errTooMany
	}
	dump, err := t.Goroutines(ctx)
	if err != nil {
		return err
	}
	all, err := verdict.ParseGoroutines(dump, w.cfg.UserCode)
	if err != nil {
		return err
	}
	w.seen(verdict.Look{Goroutines: all, Running: float64(len(all))})
	return nil
}
