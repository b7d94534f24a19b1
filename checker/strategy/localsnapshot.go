package strategy

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
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

var errChanged = errors.New("the Set of risky users changed while it was read")

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

// A heldCopy is never changed.
type heldCopy struct {
	users     []*userSet // one a bucket
	versions  []string   // of the buckets; nil when they were read from SQL
	confirmed time.Time  // that the source still said the same
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
	c := checker.Copy{Version: nameOf(held.versions), Confirmed: held.confirmed}
	for _, users := range held.users {
		c.Users += users.len
		c.Bytes += users.bytes()
	}
	if held.versions != nil {
		c.Users -= len(held.users) // the sentinels
	}
	return c, true
}

// nameOf makes one name of many, which changes with each of them.
func nameOf(versions []string) string {
	if len(versions) < 2 {
		return strings.Join(versions, "")
	}
	hash := fnv.New64a()
	for _, v := range versions {
		io.WriteString(hash, v+"\n")
	}
	return fmt.Sprintf("%d buckets %016x", len(versions), hash.Sum64())
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

// readBuckets reads those whose version is another than is held. Each is put in
// its place at once, so that beside the copy no more than one bucket is in memory
// twice: a user is in one bucket only, and the publisher changes them one after
// the other too. What has been read of a first copy is kept for the next try:
// one that never ended in time would never end.
func (s *localSnapshot) readBuckets(ctx context.Context, held *heldCopy, versions []string) (*heldCopy, error) {
	whole := held != nil && held.versions != nil
	switch {
	case whole:
	case s.begun != nil:
		held = s.begun
	default:
		held = &heldCopy{users: make([]*userSet, len(versions)), versions: make([]string, len(versions))}
	}
	began, read := time.Now(), 0
	for i, version := range versions {
		if held.versions[i] == version {
			continue
		}
		users, err := s.readBucket(ctx, i, version)
		if err != nil {
			return nil, err
		}
		read++
		if held = held.with(i, users, version); whole {
			s.held.Store(held)
		} else {
			s.begun = held
		}
	}
	s.spread.measured(began, read)
	s.begun = nil
	return held, nil
}

// differs counts the buckets that have other versions; none where there is no
// copy of what is published, which is not to be waited for.
func (c *heldCopy) differs(versions []string) (n int) {
	if c == nil || c.versions == nil {
		return 0
	}
	for i, version := range versions {
		if c.versions[i] != version {
			n++
		}
	}
	return n
}

// with returns a copy that differs in one bucket.
func (c *heldCopy) with(bucket int, users *userSet, version string) *heldCopy {
	next := &heldCopy{slices.Clone(c.users), slices.Clone(c.versions), c.confirmed}
	next.users[bucket], next.versions[bucket] = users, version
	return next
}

// readBucket reads one version whole. A Set changes only together with its
// version, so that must be the same afterwards and no member missing: another
// Set may have been renamed over this one, or a scan have gone on at another
// master.
func (s *localSnapshot) readBucket(ctx context.Context, bucket int, version string) (*userSet, error) {
	var b userSetBuilder
	if err := s.published.EachMember(ctx, bucket, b.add); err != nil {
		return nil, fmt.Errorf("reading the Set of risky users: %w", err)
	}
	users := b.build()
	after, members, err := s.published.Version(ctx, bucket)
	switch {
	case err != nil:
		return nil, fmt.Errorf("confirming the Set of risky users: %w", err)
	case after != version || users.len != members:
		return nil, errChanged
	case !users.contains(s.buckets.Sentinel()):
		return nil, errNotPublished
	}
	return users, nil
}

// readSQL reads all of them from the table.
func (s *localSnapshot) readSQL(ctx context.Context) ([]*userSet, error) {
	builders := make([]userSetBuilder, s.buckets.Len())
	one := make([]string, 1)
	err := s.users.EachActive(ctx, 1000, func(userIDs []string) error {
		for _, id := range userIDs {
			one[0] = id
			if err := builders[s.buckets.Of(id)].add(one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	users := make([]*userSet, len(builders))
	for i := range builders {
		users[i] = builders[i].build()
		builders[i] = userSetBuilder{} // what it gathered is not needed twice
	}
	return users, nil
}
