package riskyusers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"
)

const (
	// wholeEvery is how many publications later the Sets are built anew, so that
	// what no column told of, a deleted row for instance, is mended.
	wholeEvery = 60

	// maxChanges bounds how many changed rows are read at a time; with more of
	// them the whole is not much slower.
	maxChanges = 50_000
)

// errWholeNeeded reports that changes alone will not do.
var errWholeNeeded = errors.New("the whole has to be published")

// A published is what an updater has published last and may change in place. It
// belongs to whoever publishes.
type published struct {
	versions []string // of each bucket
	users    []int    // in each
	digests  []uint64 // of the users in each
	marks    [2]Mark  // how far the table had been read, the time before and the last time
	changes  int      // publications since the whole
}

func (p *published) total() (users int) {
	for _, n := range p.users {
		users += n
	}
	return users
}

// replaceChanges publishes what has changed in the table since the time before
// last: a row may become visible after one that was changed later, and has an
// interval to do so; one that takes more than two, in a long transaction, waits
// for the whole. For the same reason the first whole is followed by another.
// It returns errWholeNeeded when it does not know, or when a bucket is not as it
// was left.
func (u *Updater) replaceChanges(ctx context.Context, fence uint64, whole bool) (Publication, error) {
	last := u.last
	u.last = nil // until all has gone well
	if whole || last == nil || last.marks[0].Column == "" || last.changes >= wholeEvery {
		return Publication{}, errWholeNeeded
	}
	now, err := u.source.Mark(ctx)
	if err != nil {
		return Publication{}, err
	}
	if now.Column != last.marks[0].Column {
		return Publication{}, errWholeNeeded
	}
	batches := make([]changes, len(last.versions))
	read := 0
	err = u.source.EachChanged(ctx, last.marks[0], func(id string, active bool) error {
		if read++; read > maxChanges {
			return errWholeNeeded
		}
		b := &batches[u.buckets.Of(id)]
		b.ids, b.active = append(b.ids, id), append(b.active, active)
		return nil
	})
	if err != nil {
		return Publication{}, err
	}
	p := Publication{Incremental: true}
	version := newVersion(fence, rand.Text())
	for i := range batches {
		changed, err := u.change(ctx, i, last, batches[i], version)
		if err != nil {
			return Publication{}, fmt.Errorf("changing bucket %d of the risky users: %w", i, err)
		}
		p.Changed += changed
		u.progress.add(changed)
	}
	last.marks, u.marked = [2]Mark{last.marks[1], now}, now
	last.changes++
	u.last, p.Users = last, last.total()
	return p, nil
}

// changes are rows of one bucket.
type changes struct {
	ids    []string
	active []bool
}

// change brings one bucket up to date in one transaction, which nobody sees half
// done, and prolongs the life of one that needs no change. It counts what has
// changed.
func (u *Updater) change(ctx context.Context, bucket int, last *published, c changes, version string) (changed int, err error) {
	key, versionKey := u.prefix+u.buckets.SetKey(bucket), u.prefix+u.buckets.VersionKey(bucket)
	var added, removed []any
	err = u.rdb.Watch(ctx, func(tx *redis.Tx) error {
		there, err := tx.Get(ctx, versionKey).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
		if there != last.versions[bucket] {
			return errWholeNeeded
		}
		if added, removed, err = c.against(ctx, tx, key); err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(tx redis.Pipeliner) error {
			if len(added)+len(removed) == 0 {
				return tx.PExpire(ctx, versionKey, u.versionLife()).Err()
			}
			for some := range slices.Chunk(removed, membersAtOnce) {
				tx.SRem(ctx, key, some...)
			}
			for some := range slices.Chunk(added, membersAtOnce) {
				tx.SAdd(ctx, key, some...)
			}
			return tx.Set(ctx, versionKey, version, u.versionLife()).Err()
		})
		return err
	}, versionKey, key)
	if errors.Is(err, redis.TxFailedErr) { // somebody else has written there
		err = errWholeNeeded
	}
	if err != nil {
		return 0, err
	}
	if changed = len(added) + len(removed); changed > 0 {
		last.versions[bucket] = version
		last.users[bucket] += len(added) - len(removed)
		last.digests[bucket] += u.digest(added) - u.digest(removed)
	}
	return changed, nil
}

// against leaves out what the Set says already: rows are read twice, and a new
// version makes every reader read its bucket again.
func (c changes) against(ctx context.Context, tx *redis.Tx, key string) (added, removed []any, err error) {
	for from := 0; from < len(c.ids); from += membersAtOnce {
		upTo := min(from+membersAtOnce, len(c.ids))
		in, err := tx.SMIsMember(ctx, key, members(c.ids[from:upTo])...).Result()
		if err != nil {
			return nil, nil, err
		}
		for i, is := range in {
			switch id, active := c.ids[from+i], c.active[from+i]; {
			case active && !is:
				added = append(added, id)
			case !active && is:
				removed = append(removed, id)
			}
		}
	}
	return added, removed, nil
}
