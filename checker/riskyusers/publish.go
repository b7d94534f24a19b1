package riskyusers

import (
	"context"
	"crypto/rand"
	"errors"
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

	users, err := u.replace(ctx, delay)
	if errors.Is(err, ErrHeld) {
		return err // how publishing goes is that one's to say
	}

	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Err = err
	if err == nil {
		u.status.Users, u.status.At = users, time.Now()
	}
	return err
}

// replace publishes by the present kind, if it is our turn. The lesson's kind
// knows no fence: what was published by it is no version of anything.
func (u *Updater) replace(ctx context.Context, delay time.Duration) (users int, err error) {
	fence, err := u.lock.take(ctx, u.outrun)
	if err != nil {
		return 0, err
	}
	if !u.running.Load() {
		defer u.lock.drop(context.WithoutCancel(ctx)) // an error shows when it is taken next
	}
	if u.naive.Load() {
		return u.replaceInSteps(ctx, delay)
	}
	return u.replaceAtOnce(ctx, fence)
}

// replaceAtOnce builds the new Set under a name nobody reads and renames it
// over the old one. The name is new each time, so that two updaters cannot mix
// their Sets, and a Set that was left half built expires.
func (u *Updater) replaceAtOnce(ctx context.Context, fence uint64) (users int, err error) {
	key, name := u.prefix+checker.SetKey, rand.Text()
	draft := key + ":" + name
	if users, err = u.build(ctx, draft); err != nil {
		return 0, fmt.Errorf("building a Set of risky users: %w", err)
	}
	if _, ours := u.lock.turn(); !ours { // it may have taken longer than a turn
		if fence, err = u.lock.take(ctx, 0); err != nil {
			return 0, err
		}
	}
	if err := u.swap(ctx, draft, newVersion(fence, name)); err != nil {
		return 0, fmt.Errorf("publishing a Set of %d risky users: %w", users, err)
	}
	return users, nil
}

// errOutrun reports a Set that a later turn than ours has published.
var errOutrun = errors.New("an updater whose turn came later has published")

// swap puts the draft in the place of the Set, unless what is there has a higher
// fence: then we were frozen, and another has gone on. The old Set is unlinked,
// because to free millions of members would keep Redis from everybody.
func (u *Updater) swap(ctx context.Context, draft, version string) error {
	key, versionKey := u.prefix+checker.SetKey, u.prefix+checker.VersionKey
	return u.rdb.Watch(ctx, func(tx *redis.Tx) error {
		there, err := tx.Get(ctx, versionKey).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		if f := fenceOf(there); f > fenceOf(version) {
			u.outrun = f
			return errOutrun
		}
		_, err = tx.TxPipelined(ctx, func(tx redis.Pipeliner) error {
			tx.Persist(ctx, draft)
			tx.Unlink(ctx, key)
			tx.Rename(ctx, draft, key)
			tx.Set(ctx, versionKey, version, max(checker.VersionTTL, 5*u.Settings().Interval))
			return nil
		})
		return err
	}, versionKey)
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
