package strategy

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/leakline/leakline/checker"
)

const (
	lookEvery    = time.Second      // for another version in Redis
	lookWithin   = 20 * time.Second // reading all users included
	readSQLEvery = 30 * time.Second // while Redis has none to offer
	staleAfter   = checker.ListTTL  // a copy that nobody has confirmed is not believed
)

var errChanged = errors.New("the Set of risky users changed while it was read")

// localSnapshot holds a copy of the risky users and looks it up without leaving
// the process. The copy is never changed, only replaced, by one goroutine that
// watches for another published version; a check reads one pointer and waits
// for nothing. While there is no copy to be believed it asks SQL.
type localSnapshot struct {
	published Published
	users     RiskyUsers
	held      atomic.Pointer[heldCopy] // nil when there is none to be believed
	stop      context.CancelFunc
	stopped   chan struct{}
}

// A heldCopy is never changed.
type heldCopy struct {
	users     *userSet
	version   string    // empty when it was read from SQL
	confirmed time.Time // that the source still said the same
}

func newLocalSnapshot(p Parts) (checker.Strategy, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &localSnapshot{published: p.Published, users: p.Users, stop: stop, stopped: make(chan struct{})}
	go s.run(ctx)
	return s, nil
}

func (s *localSnapshot) Check(ctx context.Context, p checker.Payment) (bool, error) {
	if held := s.held.Load(); held != nil {
		return held.users.contains(p.UserID), nil
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
	users := held.users.len
	if held.version != "" {
		users-- // the sentinel
	}
	return checker.Copy{Users: users, Bytes: held.users.bytes(), Version: held.version, Confirmed: held.confirmed}, true
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
		s.held.Store(nil)
	}
}

// next returns the copy to hold from now on, which may be the one held.
func (s *localSnapshot) next(ctx context.Context, held *heldCopy) (*heldCopy, error) {
	now := time.Now()
	version, members, redisErr := s.published.Version(ctx)
	if redisErr == nil && version != "" {
		if held != nil && held.version == version {
			return &heldCopy{held.users, version, now}, nil
		}
		var users *userSet
		if users, redisErr = s.readSet(ctx, version, members); redisErr == nil {
			return &heldCopy{users, version, now}, nil
		}
	}
	if held != nil && now.Sub(held.confirmed) < readSQLEvery {
		return held, nil
	}
	var b userSetBuilder
	if err := s.users.EachActive(ctx, 1000, b.add); err != nil {
		return nil, unavailable(redisErr, err)
	}
	return &heldCopy{b.build(), "", now}, nil
}

// readSet reads one version whole. A published Set never changes, so the
// version must be the same afterwards and no member missing: another Set may
// have been renamed over this one, or a scan have gone on at another master.
func (s *localSnapshot) readSet(ctx context.Context, version string, members int) (*userSet, error) {
	var b userSetBuilder
	if err := s.published.EachMember(ctx, b.add); err != nil {
		return nil, fmt.Errorf("reading the Set of risky users: %w", err)
	}
	users := b.build()
	after, _, err := s.published.Version(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("confirming the Set of risky users: %w", err)
	case after != version || users.len != members:
		return nil, errChanged
	case !users.contains(checker.Sentinel):
		return nil, errNotPublished
	}
	return users, nil
}
