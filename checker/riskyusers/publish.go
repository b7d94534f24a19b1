package riskyusers

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
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

	ids, err := u.source.ActiveIDs(ctx)
	switch {
	case err != nil:
	case u.naive.Load():
		err = u.replaceInSteps(ctx, ids, delay)
	default:
		err = u.replaceAtOnce(ctx, ids)
	}

	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Err = err
	if err == nil {
		u.status.Users, u.status.At = len(ids), time.Now()
	}
	return err
}

// replaceAtOnce builds the new Set under a name nobody reads and renames it
// over the old one. The name is new each time, so that two updaters cannot mix
// their Sets, and a Set that was left half built expires.
func (u *Updater) replaceAtOnce(ctx context.Context, ids []string) error {
	key := u.prefix + checker.SetKey
	draft := key + ":" + rand.Text()
	if err := u.build(ctx, draft, ids); err != nil {
		return fmt.Errorf("building a Set of %d risky users: %w", len(ids), err)
	}
	_, err := u.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Persist(ctx, draft)
		tx.Rename(ctx, draft, key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("publishing a Set of %d risky users: %w", len(ids), err)
	}
	return nil
}

// build writes the Set piece by piece, because Redis serves nobody else while
// it takes a piece in.
func (u *Updater) build(ctx context.Context, key string, ids []string) error {
	const piece = 2000
	_, err := u.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.SAdd(ctx, key, checker.Sentinel)
		tx.Expire(ctx, key, time.Minute)
		return nil
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(ids, piece) {
		if err := u.rdb.SAdd(ctx, key, members(part)...).Err(); err != nil {
			return err
		}
	}
	return nil
}

// replaceInSteps is the lesson's update, its faults included.
func (u *Updater) replaceInSteps(ctx context.Context, ids []string, delay time.Duration) error {
	key := u.prefix + checker.SetKey
	steps := []struct {
		what string
		do   func() error
	}{
		{"deleting", func() error { return u.rdb.Del(ctx, key).Err() }},
		{"filling", func() error { return u.rdb.SAdd(ctx, key, members(ids)...).Err() }},
		{"limiting the life of", func() error { return u.rdb.Expire(ctx, key, checker.ListTTL).Err() }},
	}
	for i, step := range steps {
		if i > 0 {
			if err := pause(ctx, delay); err != nil {
				return err
			}
		}
		if err := step.do(); err != nil {
			return fmt.Errorf("%s the Set of risky users: %w", step.what, err)
		}
	}
	return nil
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
