package riskyusers

import (
	"context"
	"crypto/rand"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// usersAtOnce is how many users one round to Redis brings, all buckets
	// together, and rounds is how many may be under way. What a publication
	// holds in memory is bounded by the product of both, whatever the table
	// holds.
	usersAtOnce = 10_000
	rounds      = 4

	// membersAtOnce bounds one SADD: Redis serves nobody else meanwhile.
	membersAtOnce = 2000

	// draftLife is how long a Set is kept that was left half built.
	draftLife = time.Minute
)

// drafts are the new Sets of one publication, under names that nobody reads.
// The names are new each time, so that two updaters cannot mix their Sets.
type drafts struct {
	name string
	keys []string // of each bucket

	digests []uint64 // of the users in each; only the goroutine that reads the table
	kept    []string // the version of each that holds the same users already; "" where none does

	mu   sync.Mutex
	size []int // members that Redis has taken into each, the sentinel included
}

// replaceAtOnce builds the new Sets beside the old ones, then puts each in its
// place. A user is in one bucket, so it does not matter that they change one
// after the other.
func (u *Updater) replaceAtOnce(ctx context.Context, fence uint64) (Publication, error) {
	u.last = nil
	before, err := u.source.Mark(ctx)
	if err != nil {
		return Publication{}, err
	}
	d, err := u.build(ctx)
	if err != nil {
		return Publication{}, fmt.Errorf("building a Set of risky users: %w", err)
	}
	if now, ours := u.lock.turn(); !ours || now != fence { // others may have published what is newer
		return Publication{}, errTurnLost
	}
	u.keep(d, fence)
	next := &published{versions: make([]string, len(d.keys)), users: make([]int, len(d.keys)), digests: d.digests, marks: [2]Mark{u.marked, before}}
	for i := range d.keys {
		next.users[i] = d.size[i] - 1
		if next.versions[i], err = u.swap(ctx, i, d, newVersion(fence, d.name)); err != nil {
			return Publication{}, fmt.Errorf("publishing bucket %d of the risky users: %w", i, err)
		}
		u.progress.touch()
	}
	u.last, u.known, u.marked = next, next, before
	return Publication{Users: next.total()}, nil
}

// build writes the Sets as the table is read: this process never holds all
// users, and the masters of a Cluster take them in at the same time.
func (u *Updater) build(ctx context.Context) (*drafts, error) {
	n := u.buckets.Len()
	d := &drafts{name: rand.Text(), size: make([]int, n), digests: make([]uint64, n), kept: make([]string, n)}
	batch := make([][]any, n)
	for i := range d.size {
		d.keys = append(d.keys, u.prefix+u.buckets.SetKey(i)+":"+d.name)
		batch[i] = []any{u.buckets.Sentinel()}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var underWay sync.WaitGroup
	defer underWay.Wait()
	defer cancel(nil)
	u.countAhead(ctx, &underWay)

	window := make(chan struct{}, rounds)
	send := func(batch [][]any, users int) error {
		select {
		case window <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		underWay.Go(func() {
			defer func() { <-window }()
			if err := u.fill(ctx, d, batch); err != nil {
				cancel(err)
				return
			}
			u.progress.add(users)
		})
		return nil
	}
	if err := send(batch, 0); err != nil { // empty buckets are published too
		return nil, err
	}
	err := u.source.EachActive(ctx, usersAtOnce, func(ids []string) error {
		batch := make([][]any, len(d.keys))
		for _, id := range ids {
			i := u.buckets.Of(id)
			batch[i] = append(batch[i], id)
			d.digests[i] += maphash.String(u.seed, id)
		}
		return send(batch, len(ids))
	})
	for range rounds { // until the last of them is through
		window <- struct{}{}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return d, err
}

// fill sends one round.
func (u *Updater) fill(ctx context.Context, d *drafts, batch [][]any) error {
	taken := make([][]*redis.IntCmd, len(batch))
	_, err := u.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, members := range batch {
			for some := range slices.Chunk(members, membersAtOnce) {
				taken[i] = append(taken[i], pipe.SAdd(ctx, d.keys[i], some...))
			}
			pipe.Expire(ctx, d.keys[i], draftLife)
		}
		return nil
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, all := range taken {
		for _, one := range all {
			d.size[i] += int(one.Val())
		}
	}
	return err
}

// countAhead finds out how many users there will be, unless that is about known
// from the last time.
func (u *Updater) countAhead(ctx context.Context, underWay *sync.WaitGroup) {
	if known := u.Status().Users; known > 0 {
		u.progress.expect(known)
		return
	}
	underWay.Go(func() {
		if n, err := u.source.CountActive(ctx); err == nil { // else it stays unknown
			u.progress.expect(n)
		}
	})
}
