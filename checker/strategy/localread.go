package strategy

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errChanged = errors.New("the Set of risky users changed while it was read")

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
