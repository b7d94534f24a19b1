// Package service is the fraud checker as a server: payments in, decisions out,
// and control routes by which a lab changes how it decides. It wires the
// checker to Redis and SQL; it knows nothing of who watches it.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
)

// A Service is one fraud checker. Whoever makes it closes it.
type Service struct {
	cfg     Config
	stats   *checker.Stats
	checker *checker.Checker
	store   *riskyusers.Store
	updater *riskyusers.Updater

	follower *fleet.Follower // nil without a fleet

	checks  redis.UniversalClient // what strategies ask through, quick to give up
	control redis.UniversalClient // publishes, and is asked how Redis is

	breaker *breaker    // one for all strategies, because there is one Redis
	failing atomic.Bool // the latest check failed
	faults  atomic.Pointer[faults]
}

// New wires a service. It connects to nothing, so a Redis or a database that
// is away now is an outage like any later one.
func New(cfg Config) (*Service, error) {
	cfg = cfg.withDefaults()
	opts, err := clientOptions(cfg)
	if err != nil {
		return nil, err
	}
	buckets, err := checker.NewBuckets(cfg.Buckets)
	if err != nil {
		return nil, err
	}
	store, err := riskyusers.Open(cfg.Database)
	if err != nil {
		return nil, fmt.Errorf("opening the table of risky users: %w", err)
	}
	s := &Service{
		cfg: cfg, stats: cfg.Stats, store: store,
		checks: redisurl.NewClient(opts), control: redisurl.NewClient(publisherOptions(opts)),
		breaker: newBreaker(),
	}
	s.faults.Store(&faults{})
	s.updater = riskyusers.NewUpdater(store, s.control, riskyusers.UpdaterConfig{
		Prefix: cfg.KeyPrefix, Settings: cfg.Updater, Buckets: buckets, Owner: cfg.Owner, OnTurn: s.onTurn, Log: cfg.Log,
	})
	s.checker, err = checker.New(strategy.Builder(strategy.Parts{
		Cache:     &slowCache{listCache{rdb: s.checks, breaker: s.breaker, prefix: cfg.KeyPrefix}, s},
		Members:   func() (strategy.Members, error) { return newMembers(opts, s.breaker, cfg.KeyPrefix) },
		Published: &published{rdb: s.control, prefix: cfg.KeyPrefix, buckets: buckets}, Buckets: buckets,
		Users:    slowUsers{store, s},
		Rows:     func() (strategy.RowSource, error) { return newRowSource(cfg.Database) },
		Sentinel: s.updater.Sentinel, RowPatience: cfg.RowPatience,
		SetBuilt: s.stats.SetBuilt, AuditEvery: s.auditEvery,
	}), cfg.Strategy, s.stats)
	if err != nil {
		return nil, errors.Join(err, s.closeSources())
	}
	if err := s.joinFleet(opts); err != nil {
		return nil, errors.Join(err, s.Close(context.Background()))
	}
	return s, nil
}

// CopyAge returns how many seconds ago the copy that checks are decided by was
// last confirmed, and NaN when they are not decided by a copy.
func (s *Service) CopyAge() float64 {
	if c, ok := s.checker.Copy(); ok {
		return time.Since(c.Confirmed).Seconds()
	}
	return math.NaN()
}

// RedisFaults returns how often checks were not answered by Redis, by the way
// in which they were not.
func (s *Service) RedisFaults() map[RedisFault]uint64 {
	counts := make(map[RedisFault]uint64)
	for f, n := range s.breaker.faults {
		counts[f] = n.Load()
	}
	return counts
}

// Stats counts what the service does.
func (s *Service) Stats() *checker.Stats { return s.stats }

// Run seeds the table if it is to, then publishes risky users and follows the
// fleet until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	if s.cfg.Population.Users > 0 {
		if err := s.seed(ctx); err != nil {
			return err
		}
	}
	var wg sync.WaitGroup
	if s.follower != nil {
		wg.Go(func() { s.follower.Run(ctx) })
	}
	err := s.updater.Run(ctx)
	wg.Wait()
	return err
}

func (s *Service) seed(ctx context.Context) error {
	err := s.store.Seed(ctx, s.cfg.Population)
	if errors.Is(err, riskyusers.ErrNotEmpty) {
		s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "risky users not seeded", slog.Any("error", err))
		return nil
	}
	if err != nil {
		return err
	}
	// A list from before would be believed for up to its five minutes.
	if err := s.updater.DropList(ctx); err != nil {
		s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "risky users' list may be out of date", slog.Any("error", err))
	}
	return nil
}

// Close waits for the checks inside, until ctx ends, and gives everything back.
func (s *Service) Close(ctx context.Context) error {
	var left error
	if s.follower != nil {
		left = s.follower.Close()
	}
	return errors.Join(left, s.checker.Close(ctx), s.closeSources())
}

func (s *Service) closeSources() error {
	return errors.Join(s.checks.Close(), s.control.Close(), s.store.Close())
}

// stopWithin is how long requests may take to end once the service stops.
const stopWithin = 5 * time.Second

// Serve answers on ln and runs the service until ctx ends, then lets the
// requests inside finish and closes everything, ln included. It returns nil
// when stopped by ctx and nothing went wrong.
func (s *Service) Serve(ctx context.Context, ln net.Listener) error {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	srv := &http.Server{
		Handler:           s.Handler(),
		BaseContext:       func(net.Listener) context.Context { return running }, // ends streams under /debug/
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
	}
	s.beginWithFleet(running)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			stop(fmt.Errorf("serving: %w", err))
		}
	})
	wg.Go(func() {
		if err := s.Run(running); err != nil {
			stop(err)
		}
	})
	<-running.Done()

	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	errs := []error{srv.Shutdown(within)}
	wg.Wait()
	if ctx.Err() == nil {
		errs = append(errs, context.Cause(running))
	}
	return errors.Join(append(errs, s.Close(within))...)
}
