package riskyusers

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// keepTurn prolongs our turn while it is ours, through publications and pauses
// that last longer than it.
func (u *Updater) keepTurn(ctx context.Context) {
	tick := time.NewTicker(u.lock.life / 6)
	defer tick.Stop()
	for lost := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if left := u.lock.remains(); left > 0 && left < u.lock.life*2/3 {
			asking, cancel := context.WithTimeout(ctx, u.lock.life/3)
			_, err := u.lock.take(asking, 0)
			if err != nil && ctx.Err() == nil && !lost { // once until it works again
				u.log.LogAttrs(ctx, slog.LevelWarn, "updater's lock not prolonged", slog.Any("error", err))
			}
			lost = err != nil
			cancel()
		}
		u.tellTurn()
	}
}

// keepMeanwhile keeps our turn for one publication, by an updater that does not
// run or is stopped.
func (u *Updater) keepMeanwhile(ctx context.Context) (done func()) {
	keeping, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { u.keepTurn(keeping) })
	return func() {
		stop()
		wg.Wait()
		u.dropTurn(ctx)
	}
}

// dropTurn lets another updater go on at once.
func (u *Updater) dropTurn(ctx context.Context) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := u.lock.drop(last); err != nil {
		u.log.LogAttrs(ctx, slog.LevelWarn, "updater's lock expires by itself", slog.Any("error", err))
	}
	u.tellTurn()
}

// tellTurn tells of a change of hands, once.
func (u *Updater) tellTurn() {
	if _, ours := u.lock.turn(); u.told.CompareAndSwap(!ours, ours) {
		u.onTurn(ours)
	}
}
