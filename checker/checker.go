package checker

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A Builder starts the strategy of that name. An unknown name is an
// ErrUnknownStrategy.
type Builder func(name string) (Strategy, error)

// A Checker decides payments by the strategy now in use. Its methods may be
// called by any goroutine.
type Checker struct {
	build Builder
	stats *Stats

	current   atomic.Pointer[slot] // nil once closed
	switching chan struct{}        // its one token is the right to replace current
	drains    sync.WaitGroup       // Add happens only with the token held
}

// New returns a checker that starts with the named strategy and counts into
// stats.
func New(build Builder, name string, stats *Stats) (*Checker, error) {
	s, err := build(name)
	if err != nil {
		return nil, fmt.Errorf("starting strategy %q: %w", name, err)
	}
	c := &Checker{build: build, stats: stats, switching: make(chan struct{}, 1)}
	c.current.Store(newSlot(name, s, 1))
	return c, nil
}

// Check decides p. It takes no lock and never waits for a switch.
func (c *Checker) Check(ctx context.Context, p Payment) (Decision, error) {
	start := time.Now()
	s := c.enter()
	if s == nil {
		return Decision{}, ErrClosed
	}
	defer s.leave()
	c.stats.begin()
	failed := true // a strategy that panics has failed too
	defer func() { c.stats.end(time.Since(start), failed) }()

	risky, err := s.strategy.Check(ctx, p)
	if err != nil {
		return Decision{}, fmt.Errorf("checking by %s: %w", s.name, err)
	}
	failed = false
	return Decision{
		PaymentID: p.ID, Risky: risky,
		Strategy: s.name, Generation: s.generation, Elapsed: time.Since(start),
	}, nil
}

// enter returns the current slot, entered, or nil when there is none. A slot
// that was retired between the two steps has a successor already, so the loop
// turns once per switch at most.
func (c *Checker) enter() *slot {
	for {
		s := c.current.Load()
		if s == nil || s.enter() {
			return s
		}
	}
}

// Current says which strategy decides now; an empty name means none, closed.
func (c *Checker) Current() (name string, generation uint64) {
	if s := c.current.Load(); s != nil {
		return s.name, s.generation
	}
	return "", 0
}

// Use makes name the current strategy and returns its generation: build,
// publish, drain the old one, close it. New checks never wait for that. To use
// what is in use already changes nothing.
//
// An error with generation 0 means that nothing has changed. One beside a
// generation concerns the old strategy only: its Close failed, or ctx ended
// before its last check did, in which case it is closed when that has returned.
func (c *Checker) Use(ctx context.Context, name string) (uint64, error) {
	if err := c.acquire(ctx); err != nil {
		return 0, fmt.Errorf("waiting for another switch: %w", err)
	}
	defer c.release()
	old := c.current.Load()
	if old == nil {
		return 0, ErrClosed
	}
	if old.name == name {
		return old.generation, nil
	}
	s, err := c.build(name)
	if err != nil {
		return 0, fmt.Errorf("starting strategy %q: %w", name, err)
	}
	next := newSlot(name, s, old.generation+1)
	c.current.Store(next)
	return next.generation, c.retire(ctx, old)
}

// Close lets no new check in, waits for every one inside, and closes what they
// used. If ctx ends first, the rest happens when the last check returns.
func (c *Checker) Close(ctx context.Context) error {
	if err := c.acquire(ctx); err != nil {
		return fmt.Errorf("waiting for a switch: %w", err)
	}
	defer c.release()
	old := c.current.Swap(nil)
	if old == nil {
		return nil
	}
	if err := c.retire(ctx, old); err != nil {
		return err
	}
	return c.awaitDrains(ctx)
}

// retire drains and closes s, and waits for that until ctx ends.
func (c *Checker) retire(ctx context.Context, s *slot) error {
	s.retire()
	c.drains.Go(s.drain)
	select {
	case <-s.closed:
	case <-ctx.Done():
		return fmt.Errorf("draining strategy %q: %w", s.name, context.Cause(ctx))
	}
	if s.err != nil {
		return fmt.Errorf("closing strategy %q: %w", s.name, s.err)
	}
	return nil
}

// awaitDrains waits for strategies whose switch gave up waiting for them.
func (c *Checker) awaitDrains(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		c.drains.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("draining replaced strategies: %w", context.Cause(ctx))
	}
}

func (c *Checker) acquire(ctx context.Context) error {
	select {
	case c.switching <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *Checker) release() { <-c.switching }
