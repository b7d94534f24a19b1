package riskyusers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

var (
	// errOutrun reports a Set that a later turn than ours has published.
	errOutrun = errors.New("an updater whose turn came later has published")

	// errTurnLost reports a turn that has ended, or begun anew, while the table
	// was read.
	errTurnLost = errors.New("the turn to publish was lost while the table was read")

	// errIncomplete reports a draft that Redis has lost, or part of it.
	errIncomplete = errors.New("Redis does not hold all that it was given")
)

// swapTries bounds how often a bucket is swapped anew because somebody wrote
// there meanwhile: our predecessor perhaps, who has yet to hear that it is one.
const swapTries = 5

// swap is trySwap until nobody has come between.
func (u *Updater) swap(ctx context.Context, bucket int, d *drafts, version string) (now string, err error) {
	for range swapTries {
		if now, err = u.trySwap(ctx, bucket, d, version); !errors.Is(err, redis.TxFailedErr) {
			break
		}
	}
	return now, err
}

// trySwap puts a draft in the place of its bucket's Set, unless what is there has a
// higher fence: then we were frozen, and another has gone on. The old Set is
// unlinked, because to free millions of members would keep Redis from everybody.
// It returns the version that is there now: the one that was, if that holds the
// same users and nobody has touched it, so that no reader reads them again.
func (u *Updater) trySwap(ctx context.Context, bucket int, d *drafts, version string) (string, error) {
	key, versionKey, draft := u.prefix+u.buckets.SetKey(bucket), u.prefix+u.buckets.VersionKey(bucket), d.keys[bucket]
	err := u.rdb.Watch(ctx, func(tx *redis.Tx) error {
		there, err := tx.Get(ctx, versionKey).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		if f := fenceOf(there); f > fenceOf(version) {
			u.outrun = f
			return errOutrun
		}
		size, err := tx.SCard(ctx, draft).Result()
		if err != nil {
			return err
		}
		if int(size) != d.size[bucket] {
			return fmt.Errorf("%w: %d members of %d", errIncomplete, size, d.size[bucket])
		}
		if kept := d.kept[bucket]; kept != "" && kept == there {
			held, err := tx.SCard(ctx, key).Result()
			if err != nil {
				return err
			}
			if held == size {
				version = kept
			}
		}
		_, err = tx.TxPipelined(ctx, func(tx redis.Pipeliner) error {
			tx.Persist(ctx, draft)
			tx.Unlink(ctx, key)
			tx.Rename(ctx, draft, key)
			tx.Set(ctx, versionKey, version, u.versionLife())
			return nil
		})
		return err
	}, versionKey, draft)
	return version, err
}

// versionLife is how long a version is believed without its updater.
func (u *Updater) versionLife() time.Duration {
	return max(checker.VersionTTL, 5*u.Settings().Interval)
}

// retireLayouts removes the Sets of another number of buckets: nobody keeps them
// up to date any more. Others may have published them since our last turn; or
// one that woke up late, where no fence was left to stop it, and then our own
// were removed by it, so that the whole is published.
func (u *Updater) retireLayouts(ctx context.Context, fence uint64, whole bool) error {
	if u.retired == fence && !whole {
		return nil
	}
	most, err := checker.NewBuckets(checker.MaxBuckets)
	if err != nil {
		return err
	}
	_, err = u.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		first := u.buckets.Len()
		if first == 1 {
			first = 0
		} else {
			pipe.Unlink(ctx, u.prefix+checker.SetKey)
			pipe.Unlink(ctx, u.prefix+checker.VersionKey)
		}
		for i := first; i < most.Len(); i++ {
			pipe.Unlink(ctx, u.prefix+most.SetKey(i))
			pipe.Unlink(ctx, u.prefix+most.VersionKey(i))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("removing what other numbers of buckets have left: %w", err)
	}
	u.retired = fence
	return nil
}
