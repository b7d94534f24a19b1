package strategy

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/leakline/leakline/checker"
)

const (
	lookEvery    = time.Second      // for another version in Redis
	lookWithin   = 80 * time.Second // waiting to read, and reading all users, included
	readSQLEvery = 30 * time.Second // while Redis has none to offer
	staleAfter   = checker.ListTTL  // a copy that nobody has confirmed is not believed
)

// localSnapshot holds a copy of the risky users and looks it up without leaving
// the process. The copy is never changed, only replaced, by one goroutine that
// watches for another published version; a check reads one pointer and waits
// for nothing. While there is no copy to be believed it asks SQL.
type localSnapshot struct {
	published Published
	buckets   checker.Buckets
	users     RiskyUsers
	held      atomic.Pointer[heldCopy] // nil when there is none to be believed
	stop      context.CancelFunc
	stopped   chan struct{}

	// These belong to the goroutine of run.
	begun  *heldCopy // buckets of a first copy that is not whole yet; nil when none is begun
	spread spread
}

func newLocalSnapshot(p Parts) (checker.Strategy, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &localSnapshot{published: p.Published, buckets: p.Buckets, users: p.Users, stop: stop, stopped: make(chan struct{})}
	go s.run(ctx)
	return s, nil
}

func (s *localSnapshot) Check(ctx context.Context, p checker.Payment) (bool, error) {
	if held := s.held.Load(); held != nil {
		return held.users[s.buckets.Of(p.UserID)].contains(p.UserID), nil
	}
	risky, err := s.users.IsRisky(ctx, p.UserID)
	if err != nil {
		return false, unavailable(nil, err)
	}
	return risky, nil
}

// Copy describes what is held.
func (s *localSnapshot) Copy() (checker.Copy, bool) {
	held := s.held.Load()
	if held == nil {
		return checker.Copy{}, false
	}
	return held.described(), true
}

func (s *localSnapshot) Close() error {
	s.stop()
	<-s.stopped
	return nil
}

// run keeps the copy fresh until ctx ends.
func (s *localSnapshot) run(ctx context.Context) {
	defer close(s.stopped)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		s.refresh(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// refresh takes a copy away that has not been confirmed for too long.
func (s *localSnapshot) refresh(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	held := s.held.Load()
	next, err := s.next(ctx, held)
	switch {
	case err == nil:
		s.held.Store(next)
	case held != nil && time.Since(held.confirmed) > staleAfter:
		s.held.Store(nil) // what was read of a next one included
	}
}

// next returns the copy to hold from now on, which may be the one held.
func (s *localSnapshot) next(ctx context.Context, held *heldCopy) (*heldCopy, error) {
	now := time.Now()
	versions, redisErr := s.published.Versions(ctx)
	if redisErr == nil && s.spread.wait(ctx, held.differs(versions)) {
		now = time.Now()
		versions, redisErr = s.published.Versions(ctx)
	}
	if redisErr == nil && !slices.Contains(versions, "") {
		var whole *heldCopy
		if whole, redisErr = s.readBuckets(ctx, held, versions); redisErr == nil {
			return &heldCopy{whole.users, whole.versions, now}, nil
		}
		held = s.held.Load() // some buckets may be newer now
	}
	if held != nil && now.Sub(held.confirmed) < readSQLEvery {
		return held, nil
	}
	if held != nil {
		s.spread.wait(ctx, s.buckets.Len())
	}
	now = time.Now()
	users, err := s.readSQL(ctx)
	if err != nil {
		return nil, unavailable(redisErr, err)
	}
	s.spread.measured(now, s.buckets.Len())
	s.begun = nil // there is a copy meanwhile; two and a half would be too many
	return &heldCopy{users, nil, now}, nil
}
