package strategy_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/strategy"
)

var errDown = errors.New("down")

// world is Redis and SQL in memory, and what a strategy did to them.
type world struct {
	list     []byte // what the cache holds, nil for nothing
	ttl      time.Duration
	set      []string // members of the Redis Set
	risky    []string // in SQL
	sentinel bool     // whether Sets are published with one

	cacheErr, setExErr, memberErr, sqlErr error

	writes, selects, lookups, setsBuilt, opened, closed int
}

func (w *world) Get(_ context.Context, key string) ([]byte, error) {
	if key != checker.ListKey {
		return nil, errors.New("wrong key " + key)
	}
	return w.list, w.cacheErr
}

func (w *world) SetEx(_ context.Context, key string, value []byte, ttl time.Duration) error {
	w.writes++
	if w.setExErr == nil && key == checker.ListKey {
		w.list, w.ttl = value, ttl
	}
	return w.setExErr
}

func (w *world) AreMembers(_ context.Context, key string, names ...string) ([]bool, error) {
	in := make([]bool, len(names))
	for i, name := range names {
		in[i] = key == checker.SetKey && slices.Contains(w.set, name)
	}
	return in, w.memberErr
}

func (w *world) IsMember(ctx context.Context, key, name string) (bool, error) {
	in, err := w.AreMembers(ctx, key, name)
	return in[0], err
}

func (w *world) Close() error {
	w.closed++
	return nil
}

func (w *world) ActiveIDs(context.Context) ([]string, error) {
	w.selects++
	return w.risky, w.sqlErr
}

func (w *world) IsRisky(_ context.Context, id string) (bool, error) {
	w.lookups++
	return slices.Contains(w.risky, id), w.sqlErr
}

func (w *world) start(t testing.TB, name string) checker.Strategy {
	t.Helper()
	s, err := strategy.Builder(strategy.Parts{
		Cache: w, Users: w,
		Members: func() (strategy.Members, error) {
			w.opened++
			return w, nil
		},
		Sentinel: func() bool { return w.sentinel },
		SetBuilt: func() { w.setsBuilt++ },
	})(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
