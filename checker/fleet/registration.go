package fleet

import (
	"context"
	"time"
)

// Changed has the follower describe itself to the fleet now rather than soon.
func (f *Follower) Changed() {
	select {
	case f.changed <- struct{}{}:
	default: // it has yet to describe itself, and will say this too
	}
}

// register describes this member to the fleet until ctx ends.
func (f *Follower) register(ctx context.Context) {
	tick := time.NewTicker(f.cfg.Every)
	defer tick.Stop()
	for {
		writing, cancel := context.WithTimeout(ctx, f.cfg.Every)
		_ = f.fleet.enter(writing, f.self()) // follow says when Redis is away
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-f.changed:
		}
	}
}

// self is what this member says of itself now.
func (f *Follower) self() Member {
	m, s := f.cfg.Self, f.Standing()
	m.Strategy, _ = f.cfg.Current()
	m.Generation, m.Failed, m.Updater, m.At = s.Applied.Generation, s.Failed, f.cfg.Updater(), time.Now().UTC()
	return m
}
