package riskyusers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

// lockLife is how long an updater that is not heard of keeps the others from
// publishing.
const lockLife = 30 * time.Second

// ErrHeld reports that another updater publishes.
var ErrHeld = errors.New("another updater publishes")

// A lock is the right to publish, which one updater at a time has. It expires,
// so that a dead updater is replaced; therefore it may be lost unnoticed, by one
// that was frozen, and what is published carries a fence: a number that grows
// with each change of hands, which no publication may lower.
//
// In Redis it is "owner fence". Who finds it in the hands of its own owner is
// that one's successor and takes it over: a checker that its lab has restarted
// need not wait for itself to be dead.
type lock struct {
	rdb   redis.UniversalClient
	key   string
	last  string // key of the last fence that was given out
	owner string
	life  time.Duration

	busy chan struct{} // its one token is the right to ask Redis

	mu     sync.Mutex
	fence  uint64    // of our latest turn
	until  time.Time // when our turn ends unless prolonged; zero when it is not our turn
	holder string    // whose turn it is if not ours, as far as we know
}

func newLock(rdb redis.UniversalClient, prefix, owner string, life time.Duration) *lock {
	return &lock{
		rdb: rdb, key: prefix + checker.UpdaterKey, last: prefix + checker.FenceKey,
		owner: owner, life: cmp.Or(life, lockLife), busy: make(chan struct{}, 1),
	}
}

// turn returns our fence, and false when it is not our turn. The time is our
// own: it began before Redis was asked, so Redis never forgets us earlier.
func (l *lock) turn() (fence uint64, ours bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fence, time.Now().Before(l.until)
}

// remains is how much of our turn is left.
func (l *lock) remains() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.until)
}

// heldBy names whose turn it is, as far as we know.
func (l *lock) heldBy() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.holder
}

// take makes it our turn, or prolongs it, with a fence higher than above. It
// returns ErrHeld when it is another's.
func (l *lock) take(ctx context.Context, above uint64) (fence uint64, err error) {
	if err := l.acquire(ctx); err != nil {
		return 0, err
	}
	defer l.release()
	began, fence, holder := time.Now(), uint64(0), ""
	err = l.rdb.Watch(ctx, func(tx *redis.Tx) error {
		got, err := tx.MGet(ctx, l.key, l.last).Result()
		if err != nil {
			return err
		}
		var held uint64
		holder, held = parseLock(got[0])
		if holder != "" && holder != l.owner {
			return ErrHeld
		}
		mine, _ := l.turn()
		if fence = mine; holder == "" || held != mine || mine <= above {
			_, last := parseLock(got[1])
			// A Redis that was emptied counts on from the clock.
			fence = max(last+1, above+1, uint64(time.Now().UnixMilli()))
		}
		_, err = tx.TxPipelined(ctx, func(tx redis.Pipeliner) error {
			tx.Set(ctx, l.last, "last "+strconv.FormatUint(fence, 10), 0)
			tx.Set(ctx, l.key, l.owner+" "+strconv.FormatUint(fence, 10), l.life)
			return nil
		})
		return err
	}, l.key, l.last)

	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err == nil:
		l.fence, l.until, l.holder = fence, began.Add(l.life), l.owner
		return fence, nil
	case errors.Is(err, redis.TxFailedErr): // another was quicker by a moment
		err = ErrHeld
	}
	if errors.Is(err, ErrHeld) {
		l.until, l.holder = time.Time{}, holder
		return 0, fmt.Errorf("%w: %s", ErrHeld, cmp.Or(holder, "one that was quicker"))
	}
	return 0, fmt.Errorf("taking the updater's lock: %w", err)
}

// drop ends our turn, so that another need not wait for its end.
func (l *lock) drop(ctx context.Context) error {
	if _, ours := l.turn(); !ours {
		return nil
	}
	if err := l.acquire(ctx); err != nil {
		return err
	}
	defer l.release()
	l.mu.Lock()
	mine := l.fence
	l.until, l.holder = time.Time{}, ""
	l.mu.Unlock()
	err := l.rdb.Watch(ctx, func(tx *redis.Tx) error {
		text, err := tx.Get(ctx, l.key).Result()
		if err != nil {
			return err
		}
		if holder, held := parseLock(text); holder != l.owner || held != mine {
			return nil
		}
		_, err = tx.TxPipelined(ctx, func(tx redis.Pipeliner) error { return tx.Del(ctx, l.key).Err() })
		return err
	}, l.key)
	if err != nil && !errors.Is(err, redis.Nil) && !errors.Is(err, redis.TxFailedErr) {
		return fmt.Errorf("giving the updater's lock back: %w", err)
	}
	return nil
}

func (l *lock) acquire(ctx context.Context) error {
	select {
	case l.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the updater's lock: %w", context.Cause(ctx))
	}
}

func (l *lock) release() { <-l.busy }

// parseLock reads "owner fence", as Redis answers it; nothing and nonsense are
// nobody's. An owner may contain spaces.
func parseLock(v any) (owner string, fence uint64) {
	text, _ := v.(string)
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return "", 0
	}
	fence, err := strconv.ParseUint(text[i+1:], 10, 64)
	if err != nil {
		return "", 0
	}
	return text[:i], fence
}

// A version is what a published Set goes by: the fence of its updater's turn,
// and a text that is never the same twice.
func newVersion(fence uint64, text string) string {
	return strconv.FormatUint(fence, 10) + "." + text
}

// fenceOf is 0 for what no updater has written.
func fenceOf(version string) uint64 {
	text, _, _ := strings.Cut(version, ".")
	fence, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return fence
}
