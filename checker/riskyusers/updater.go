package riskyusers

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

// retryAfter is how soon a failed publication is tried again, unless the next
// one is due earlier.
const retryAfter = time.Second

// publishWithin bounds one publication, the naive kind's delays not counted.
const publishWithin = 15 * time.Second

// Settings say how an Updater publishes.
type Settings struct {
	Kind      Kind          // default Atomic
	Interval  time.Duration // from one publication to the next; default one minute
	StepDelay time.Duration // between the steps of the naive kind; default none
}

func (s Settings) withDefaults() Settings {
	s.Kind = cmp.Or(s.Kind, Atomic)
	s.Interval = cmp.Or(s.Interval, time.Minute)
	return s
}

// An Updater publishes the risky users to Redis, again and again.
type Updater struct {
	source source
	rdb    redis.UniversalClient
	prefix string // of every key
	log    *slog.Logger

	publishing chan struct{} // its one token is the right to publish
	changed    chan struct{} // wakes Run to look at the settings again

	naive atomic.Bool // the kind that is, or was before Stopped; written with mu held

	mu       sync.Mutex
	settings Settings
	status   Status
}

// source is the part of Store that is published.
type source interface {
	ActiveIDs(context.Context) ([]string, error)
	EachActive(ctx context.Context, piece int, f func(ids []string) error) error
}

// Status says how publishing goes.
type Status struct {
	Users int       // in the Set last published
	At    time.Time // when that was; zero before the first
	Err   error     // of the latest publication, nil if it worked
}

// NewUpdater returns an updater that reads from store and publishes through
// rdb, which both outlive it. A nil log discards.
func NewUpdater(store *Store, rdb redis.UniversalClient, prefix string, s Settings, log *slog.Logger) *Updater {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	u := &Updater{
		source: store, rdb: rdb, prefix: prefix, log: log,
		publishing: make(chan struct{}, 1), changed: make(chan struct{}, 1),
	}
	u.apply(s)
	return u
}

// Run publishes at once, every interval and after each change of the settings,
// until ctx ends. A publication that fails is logged and tried again.
func (u *Updater) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.changed:
		case <-timer.C:
		}
		s := u.Settings()
		if s.Kind == Stopped {
			timer.Stop()
			continue
		}
		next := s.Interval
		if err := u.publish(ctx); err != nil && ctx.Err() == nil {
			u.log.LogAttrs(ctx, slog.LevelWarn, "risky users not published",
				slog.String("kind", string(s.Kind)), slog.Any("error", err))
			next = min(next, retryAfter)
		}
		timer.Reset(next)
	}
}

// Refresh publishes now, even when stopped, and drops the JSON list, so that
// every strategy sees what SQL holds.
func (u *Updater) Refresh(ctx context.Context) error {
	if err := u.publish(ctx); err != nil {
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
	return u.status
}

// Sentinel reports whether a Set must hold checker.Sentinel to be believed. It
// takes no lock, because every check asks.
func (u *Updater) Sentinel() bool { return !u.naive.Load() }
