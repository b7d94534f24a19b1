package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/backoff"
)

// A FollowerConfig says who follows a fleet, and how an order is carried out.
type FollowerConfig struct {
	// Self is what a member says of itself that does not change: ID, URL,
	// Started and the versions.
	Self Member

	// Reader is a client for nothing else, because it is closed to end a read
	// that waits. The follower owns it.
	Reader redis.UniversalClient

	// Use and Current are those of a checker.Checker.
	Use     func(ctx context.Context, strategy string) (uint64, error)
	Current func() (strategy string, generation uint64)

	Updater func() bool   // whether this process publishes the risky users; default never
	Every   time.Duration // from one registration to the next, and longest to wait for an order; default 5 s
	Log     *slog.Logger  // default discards
}

func (c FollowerConfig) withDefaults() FollowerConfig {
	c.Every = cmp.Or(c.Every, 5*time.Second)
	if c.Updater == nil {
		c.Updater = func() bool { return false }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// A Follower is the part of a checker that belongs to a fleet: it carries out
// every order in turn and says so. While Redis is away the strategy stays as it
// is.
type Follower struct {
	fleet   *Fleet
	cfg     FollowerConfig
	changed chan struct{} // wakes the registration

	looked bool // the stream has been read once; only the goroutine of follow

	mu    sync.Mutex
	state Standing
}

// NewFollower returns a follower of f.
func (f *Fleet) NewFollower(cfg FollowerConfig) *Follower {
	return &Follower{
		fleet: f, cfg: cfg.withDefaults(), changed: make(chan struct{}, 1),
		state: Standing{Fleet: f.name},
	}
}

// Begin applies the latest order, if there is one, so that a checker that starts
// late does not begin with another strategy. It is called before Run, if at
// all; without an answer by the end of ctx, Run goes on trying.
func (f *Follower) Begin(ctx context.Context) error {
	top, err := f.look(ctx)
	if err != nil {
		return err
	}
	return f.reconcile(ctx, top)
}

// Run follows until ctx ends, then says goodbye.
func (f *Follower) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { f.cfg.Reader.Close() }) // ends the read that waits
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { f.register(ctx) })
	f.follow(ctx)
	wg.Wait()

	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := f.fleet.leave(last, f.cfg.Self.ID); err != nil {
		f.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "fleet not told of the end", slog.Any("error", err))
	}
	return nil
}

// Close gives the reader back where Run was never called.
func (f *Follower) Close() error {
	if err := f.cfg.Reader.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
		return fmt.Errorf("leaving fleet %s: %w", f.fleet.name, err)
	}
	return nil
}

// follow takes turn after turn until ctx ends. It logs when Redis goes away and
// when it is back.
func (f *Follower) follow(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		err := f.turn(ctx)
		if err == nil {
			if failures > 0 {
				f.cfg.Log.LogAttrs(ctx, slog.LevelInfo, "fleet is followed again")
			}
			failures = 0
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if failures++; failures == 1 {
			f.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "fleet cannot be followed, the strategy stays", slog.Any("error", err))
		}
		f.update(func(s *Standing) { s.Err = err })
		backoff.Wait(ctx, backoff.After(failures, rand.Float64()))
	}
}

// turn compares the latest order with what was applied, then waits for more.
func (f *Follower) turn(ctx context.Context) error {
	top, err := f.look(ctx)
	if err != nil {
		return err
	}
	if err := f.reconcile(ctx, top); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, f.cfg.Every+2*time.Second)
	defer cancel()
	orders, err := f.fleet.after(waiting, f.cfg.Reader, f.Standing().Handled.Generation, f.cfg.Every)
	if err != nil {
		return err
	}
	for _, o := range orders {
		f.apply(ctx, o)
	}
	return ctx.Err()
}

// look reads the latest order.
func (f *Follower) look(ctx context.Context) (Order, error) {
	top, err := f.fleet.latest(ctx, f.cfg.Reader)
	if err == nil {
		f.update(func(s *Standing) { s.Latest, s.Contact, s.Err = top, time.Now(), nil })
	}
	return top, err
}

// reconcile begins with the latest order, and mends what a Redis has forgotten
// that was emptied or whose replica took over too early: an order is put back by
// whoever has it, unless a later one was given since.
func (f *Follower) reconcile(ctx context.Context, top Order) error {
	handled := f.Standing().Handled
	first := !f.looked
	f.looked = true
	switch {
	case top.Generation > handled.Generation && first:
		f.apply(ctx, top)
	case top.Generation > handled.Generation, top.same(handled):
		// What lies between is read in order.
	case top.Generation == handled.Generation, top.At.After(handled.At):
		f.apply(ctx, top)
	default:
		err := f.fleet.add(ctx, f.cfg.Reader, handled)
		if err != nil && !errors.Is(err, errOutrun) {
			return fmt.Errorf("putting order %d back: %w", handled.Generation, err)
		}
	}
	return ctx.Err()
}

// drainWithin bounds how long a replaced strategy is waited for; the drain goes
// on by itself.
const drainWithin = 5 * time.Second

// apply carries o out. One that cannot be is told of and passed over.
func (f *Follower) apply(ctx context.Context, o Order) {
	draining, cancel := context.WithTimeout(ctx, drainWithin)
	defer cancel()
	generation, err := f.use(draining, o)
	if generation == 0 && ctx.Err() != nil {
		return
	}
	attrs := []slog.Attr{slog.Uint64("generation", o.Generation), slog.String("strategy", o.Strategy), slog.String("by", o.By)}
	switch {
	case generation == 0:
		f.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "order not applied", append(attrs, slog.Any("error", err))...)
	case err != nil:
		f.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "replaced strategy lingers", append(attrs, slog.Any("error", err))...)
	default:
		f.cfg.Log.LogAttrs(ctx, slog.LevelInfo, "order applied", attrs...)
	}
	f.update(func(s *Standing) {
		s.Handled = o
		if s.Latest.Generation < o.Generation {
			s.Latest = o
		}
		if generation == 0 {
			s.Failed = reason(err)
			return
		}
		s.Applied, s.Failed, s.Lag = o, "", max(0, time.Since(o.At))
	})
	f.Changed()
}

var errUnreadable = errors.New("the order cannot be read")

func (f *Follower) use(ctx context.Context, o Order) (uint64, error) {
	if o.Strategy == "" {
		return 0, errUnreadable
	}
	return f.cfg.Use(ctx, o.Strategy)
}

// reason is what members show of err.
func reason(err error) string {
	if errors.Is(err, checker.ErrUnknownStrategy) {
		return checker.ErrUnknownStrategy.Error()
	}
	const longest = 200
	text := err.Error()
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	return text
}

func (f *Follower) update(change func(*Standing)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.state)
}
