package riskyusers

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

// publish brings the Set up to date by the kind that is, or was before it was
// stopped. Publications never overlap.
func (u *Updater) publish(ctx context.Context) error {
	delay := u.Settings().StepDelay
	ctx, cancel := context.WithTimeout(ctx, publishWithin+2*delay)
	defer cancel()
	select {
	case u.publishing <- struct{}{}:
		defer func() { <-u.publishing }()
	case <-ctx.Done():
		return fmt.Errorf("waiting for another publication: %w", context.Cause(ctx))
	}

	var users int
	var err error
	if u.naive.Load() {
		users, err = u.replaceInSteps(ctx, delay)
	} else {
		users, err = u.replaceAtOnce(ctx)
	}

	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Err = err
	if err == nil {
		u.status.Users, u.status.At = users, time.Now()
	}
	return err
}

// replaceAtOnce builds the new Set under a name nobody reads and renames it
// over the old one. The name is new each time, so that two updaters cannot mix
// their Sets, and a Set that was left half built expires.
func (u *Updater) replaceAtOnce(ctx context.Context) (users int, err error) {
	key, version := u.prefix+checker.SetKey, rand.Text()
	draft := key + ":" + version
	if users, err = u.build(ctx, draft); err != nil {
		return 0, fmt.Errorf("building a Set of risky users: %w", err)
	}
	_, err = u.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Persist(ctx, draft)
		tx.Rename(ctx, draft, key)
		tx.Set(ctx, u.prefix+checker.VersionKey, version, max(checker.VersionTTL, 5*u.Settings().Interval))
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("publishing a Set of %d risky users: %w", users, err)
	}
	return users, nil
}

// build writes the Set as it is read, piece by piece: Redis serves nobody else
// while it takes a piece in, and this process never holds all users.
func (u *Updater) build(ctx context.Context, key string) (users int, err error) {
	const piece = 2000
	_, err = u.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.SAdd(ctx, key, checker.Sentinel)
		tx.Expire(ctx, key, time.Minute)
		return nil
	})
	if err != nil {
		return 0, err
	}
	err = u.source.EachActive(ctx, piece, func(ids []string) error {
		users += len(ids)
		return u.rdb.SAdd(ctx, key, members(ids)...).Err()
	})
	return users, err
}

// replaceInSteps is the lesson's update, its faults included. What it leaves is
// no version of anything.
func (u *Updater) replaceInSteps(ctx context.Context, delay time.Duration) (users int, err error) {
	ids, err := u.source.ActiveIDs(ctx)
	if err != nil {
		return 0, err
	}
	key := u.prefix + checker.SetKey
	steps := []struct {
		what string
		do   func() error
	}{
		{"deleting", func() error { return u.rdb.Del(ctx, key, u.prefix+checker.VersionKey).Err() }},
		{"filling", func() error { return u.rdb.SAdd(ctx, key, members(ids)...).Err() }},
		{"limiting the life of", func() error { return u.rdb.Expire(ctx, key, checker.ListTTL).Err() }},
	}
	for i, step := range steps {
		if i > 0 {
			if err := pause(ctx, delay); err != nil {
				return 0, err
			}
		}
		if err := step.do(); err != nil {
			return 0, fmt.Errorf("%s the Set of risky users: %w", step.what, err)
		}
	}
	return len(ids), nil
}

// pause waits for d, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pausing between two steps: %w", context.Cause(ctx))
	}
}

// members is what go-redis wants for a list of strings.
func members(ids []string) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}
