package riskyusers

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"hash/maphash"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

// An Updater publishes the risky users to Redis, again and again. Of several
// that share a Redis one does, and the others watch for its end.
type Updater struct {
	source source
	rdb    redis.UniversalClient
	prefix string // of every key
	lock   *lock
	onTurn func(ours bool)
	log    *slog.Logger

	buckets  checker.Buckets
	patience time.Duration // with a publication that makes no progress
	progress tracker

	changed    chan struct{} // wakes Run to look at the settings again
	publishing chan struct{} // its one token is the right to publish, and to these
	outrun     uint64        // the fence that was higher than ours
	last       *published    // nil when the whole has to be published
	known      *published    // what was published last, if not everywhere; nil before the first
	marked     Mark          // how far the table had been read when last was
	retired    uint64        // the fence of the turn in which we have removed what other numbers of buckets had left

	seed maphash.Seed // of digests

	running atomic.Bool // Run keeps the lock
	told    atomic.Bool // what onTurn was called with last

	naive atomic.Bool // the kind that is, or was before Stopped; written with mu held

	mu       sync.Mutex
	settings Settings
	status   Status
}

// source is the part of Store that is published.
type source interface {
	ActiveIDs(context.Context) ([]string, error)
	EachActive(ctx context.Context, piece int, f func(ids []string) error) error
	CountActive(context.Context) (int, error)
	Mark(context.Context) (Mark, error)
	EachChanged(ctx context.Context, since Mark, f func(id string, active bool) error) error
}

// NewUpdater returns an updater that reads from store and publishes through
// rdb, which both outlive it.
func NewUpdater(store *Store, rdb redis.UniversalClient, cfg UpdaterConfig) *Updater {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.OnTurn == nil {
		cfg.OnTurn = func(bool) {}
	}
	u := &Updater{
		source: store, rdb: rdb, prefix: cfg.Prefix, onTurn: cfg.OnTurn, log: cfg.Log, buckets: cfg.Buckets,
		seed:       maphash.MakeSeed(),
		patience:   cmp.Or(cfg.StalledAfter, stalledAfter),
		lock:       newLock(rdb, cfg.Prefix, cmp.Or(cfg.Owner, rand.Text()), cfg.LockLife),
		publishing: make(chan struct{}, 1), changed: make(chan struct{}, 1),
	}
	u.apply(cfg.Settings)
	return u
}

// Run publishes at once, every interval and after each change of the settings,
// until ctx ends, while it is this updater's turn; else it watches for the end
// of the other's. A publication that fails is tried again, ever more rarely.
func (u *Updater) Run(ctx context.Context) error {
	u.running.Store(true)
	defer u.running.Store(false)
	var wg sync.WaitGroup
	keeping, stop := context.WithCancel(ctx)
	defer stop()
	wg.Go(func() { u.keepTurn(keeping) })
	wg.Go(func() { u.tellProgress(keeping) })

	timer := time.NewTimer(0)
	defer timer.Stop()
	failing := new(outage)
	for {
		select {
		case <-ctx.Done():
			stop()
			wg.Wait()
			u.dropTurn(ctx)
			return nil
		case <-u.changed:
		case <-timer.C:
		}
		s := u.Settings()
		if s.Kind == Stopped {
			timer.Stop()
			u.dropTurn(ctx)
			continue
		}
		err := u.publish(ctx, false)
		u.tellTurn()
		if ctx.Err() == nil {
			timer.Reset(u.after(ctx, failing, s, err))
		}
	}
}

// PublishOnce publishes the whole now, even when stopped.
func (u *Updater) PublishOnce(ctx context.Context) error { return u.publish(ctx, true) }

// Refresh publishes now, even when stopped, and drops the JSON list, so that
// every strategy sees what SQL holds.
func (u *Updater) Refresh(ctx context.Context) error {
	if err := u.publish(ctx, true); err != nil {
		return err
	}
	return u.DropList(ctx)
}

// DropList deletes the JSON list; whoever misses it writes a new one.
func (u *Updater) DropList(ctx context.Context) error {
	if err := u.rdb.Del(ctx, u.prefix+checker.ListKey).Err(); err != nil {
		return fmt.Errorf("dropping the risky users' list: %w", err)
	}
	return nil
}

// Set replaces the settings. Run acts on them at once.
func (u *Updater) Set(s Settings) {
	u.apply(s)
	select {
	case u.changed <- struct{}{}:
	default: // Run has yet to look at the change before, and will see this one too
	}
}

func (u *Updater) apply(s Settings) {
	s = s.withDefaults()
	u.mu.Lock()
	defer u.mu.Unlock()
	u.settings = s
	if s.Kind != Stopped {
		u.naive.Store(s.Kind == Naive)
	}
}

// Settings returns what stands.
func (u *Updater) Settings() Settings {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.settings
}

// Status returns how the latest publication went.
func (u *Updater) Status() Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	st := u.status
	_, st.Ours = u.lock.turn()
	st.HeldBy, st.Progress = u.lock.heldBy(), u.progress.progress()
	return st
}

// Sentinel reports whether a Set must hold checker.Sentinel to be believed. It
// takes no lock, because every check asks.
func (u *Updater) Sentinel() bool { return !u.naive.Load() }
