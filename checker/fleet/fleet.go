// Package fleet is the checkers that share one Redis. A strategy is ordered for
// all of them at once, each applies every order in turn, and each says which it
// has applied, so that anybody can see who is behind. One checker is a fleet as
// hundreds are.
//
// Orders are the entries of a Redis Stream. The generation of an order is its
// stream id, which Redis accepts only if it is larger than the one before, so
// that of two who order at the same time one wins and the other is told.
package fleet

import (
	"errors"
	"fmt"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker/redisurl"
)

// DefaultName is the fleet of whoever names none.
const DefaultName = "default"

// A Fleet reads and writes what its checkers share. Its methods may be called
// by any goroutine.
type Fleet struct {
	name string
	rdb  redis.UniversalClient
	keys keys

	seen atomic.Uint64 // the highest generation that was read or written
}

// keys of one fleet. Their braces keep them in one slot of a Cluster.
type keys struct{ orders, members, member, last string }

// New returns the fleet of that name in the Redis of rdb, which outlives it.
// Every key begins with prefix.
func New(rdb redis.UniversalClient, prefix, name string) (*Fleet, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	tag := prefix + "{fleet:" + name + "}:"
	return &Fleet{name: name, rdb: rdb, keys: keys{
		orders: tag + "orders", members: tag + "members", member: tag + "member:", last: tag + "last:",
	}}, nil
}

// Open returns the fleet of that name in the Redis that where names, see
// redisurl.Parse. It connects when first asked. Whoever opens it closes it.
func Open(where, prefix, name string) (*Fleet, error) {
	opts, err := redisurl.Parse(where)
	if err != nil {
		return nil, err
	}
	const step = 2 * time.Second
	opts.ContextTimeoutEnabled = true
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = step, step, step, step
	opts.MaxRetries = 1
	opts.DialerRetries = 1
	opts.PoolSize = 4
	rdb := redisurl.NewClient(opts)
	f, err := New(rdb, prefix, name)
	if err != nil {
		return nil, errors.Join(err, rdb.Close())
	}
	return f, nil
}

// Close ends the connections of a fleet that was opened.
func (f *Fleet) Close() error { return f.rdb.Close() }

// Name is what the fleet is called.
func (f *Fleet) Name() string { return f.name }

var names = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,62}$`)

// CheckName refuses what cannot name a fleet.
func CheckName(name string) error {
	if !names.MatchString(name) {
		return fmt.Errorf("fleet %q: want 1 to 63 small letters, digits, dots, dashes and underscores, the first a letter or a digit", name)
	}
	return nil
}

// note remembers a generation, so that the next order is given a higher one
// even where Redis has lost its stream.
func (f *Fleet) note(generation uint64) {
	for {
		seen := f.seen.Load()
		if generation <= seen || f.seen.CompareAndSwap(seen, generation) {
			return
		}
	}
}
