package strategy_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/strategy"
)

var errDown = errors.New("down")

// turns orders a test that changes its world and the goroutine that reads it at
// the next tick: the clock of a bubble keeps them apart, which the race detector
// does not know.
var turns sync.Mutex

// world is Redis and SQL in memory, and what a strategy did to them.
type world struct {
	list     []byte // what the cache holds, nil for nothing
	ttl      time.Duration
	set      []string // members of the Redis Set
	version  string   // it was published as
	missing  int      // members that a scan leaves out
	scanned  func()   // called at the end of a scan
	risky    []string // in SQL
	sentinel bool     // whether Sets are published with one

	cacheErr, setExErr, memberErr, sqlErr error

	busy int // connections that rows hold

	writes, selects, scans, lookups, setsBuilt, opened, closed int
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

func (w *world) EachActive(_ context.Context, _ int, f func([]string) error) error {
	w.selects++
	if w.sqlErr != nil {
		return w.sqlErr
	}
	return f(w.risky)
}

func (w *world) Versions(ctx context.Context) ([]string, error) {
	version, _, err := w.Version(ctx, 0)
	return []string{version}, err
}

func (w *world) Version(context.Context, int) (string, int, error) {
	turns.Lock()
	defer turns.Unlock()
	return w.version, len(w.set) + w.missing, w.memberErr
}

func (w *world) EachMember(_ context.Context, _ int, f func([]string) error) error {
	w.scans++
	if w.memberErr != nil {
		return w.memberErr
	}
	for _, name := range w.set { // as a scan may, it passes some on twice
		if err := f([]string{name, w.set[0]}); err != nil {
			return err
		}
	}
	if w.scanned != nil {
		w.scanned()
	}
	return nil
}

func (w *world) IsRisky(_ context.Context, id string) (bool, error) {
	turns.Lock()
	defer turns.Unlock()
	w.lookups++
	return slices.Contains(w.risky, id), w.sqlErr
}

// rowSource is a database of two connections.
type rowSource struct{ *world }

func (r rowSource) LookUp(_ context.Context, userID string) (strategy.Rows, error) {
	if r.sqlErr != nil {
		return nil, r.sqlErr
	}
	if r.busy == 2 {
		return nil, errors.New("no connection is free")
	}
	r.busy++
	return &rows{r.world, slices.Contains(r.risky, userID)}, nil
}

type rows struct {
	w    *world
	more bool
}

func (r *rows) Next() bool {
	more := r.more
	r.more = false
	return more
}

func (r *rows) Err() error { return nil }

func (r *rows) Close() error {
	r.w.busy--
	return nil
}

func (w *world) start(t testing.TB, name string) checker.Strategy {
	t.Helper()
	s, err := strategy.Builder(strategy.Parts{
		Cache: w, Users: w, Published: w,
		Members: func() (strategy.Members, error) {
			w.opened++
			return w, nil
		},
		Rows: func() (strategy.RowSource, error) {
			w.opened++
			return rowSource{w}, nil
		},
		Sentinel: func() bool { return w.sentinel },
		SetBuilt: func() { w.setsBuilt++ },
	})(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
