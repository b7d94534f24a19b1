package strategy_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/strategy"
)

// bucketed is a Set in buckets, and which of them were read.
type bucketed struct {
	checker.Buckets
	sets     [][]string
	versions []string
	broken   map[int]bool // cannot be scanned
	read     []int
	slow     time.Duration // for a scan
	began    []time.Time   // of the scans
}

func newBucketed(t testing.TB, n int, users ...string) *bucketed {
	t.Helper()
	b, err := checker.NewBuckets(n)
	if err != nil {
		t.Fatal(err)
	}
	w := &bucketed{Buckets: b, sets: make([][]string, n), versions: make([]string, n)}
	for i := range n {
		w.sets[i], w.versions[i] = []string{b.Sentinel()}, "1"
	}
	for _, id := range users {
		i := b.Of(id)
		w.sets[i] = append(w.sets[i], id)
	}
	return w
}

func (w *bucketed) Versions(context.Context) ([]string, error) {
	turns.Lock()
	defer turns.Unlock()
	return slices.Clone(w.versions), nil
}

func (w *bucketed) Version(_ context.Context, i int) (string, int, error) {
	return w.versions[i], len(w.sets[i]), nil
}

func (w *bucketed) EachMember(ctx context.Context, i int, f func([]string) error) error {
	if w.broken[i] {
		return errDown
	}
	turns.Lock()
	w.read, w.began = append(w.read, i), append(w.began, time.Now())
	set, slow := w.sets[i], w.slow
	turns.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return f(set)
}

func (w *bucketed) AreMembers(_ context.Context, key string, names ...string) ([]bool, error) {
	in := make([]bool, len(names))
	for b, set := range w.sets {
		if key != w.SetKey(b) {
			continue
		}
		for i, name := range names {
			in[i] = slices.Contains(set, name)
		}
	}
	return in, nil
}

func (w *bucketed) IsMember(ctx context.Context, key, name string) (bool, error) {
	in, err := w.AreMembers(ctx, key, name)
	return in[0], err
}

func (w *bucketed) Close() error { return nil }

// start starts a strategy that reads so many buckets; SQL is down.
func (w *bucketed) start(t testing.TB, name string, buckets checker.Buckets) checker.Strategy {
	t.Helper()
	s, err := strategy.Builder(strategy.Parts{
		Published: w, Buckets: buckets, Users: &world{sqlErr: errDown},
		Members:  func() (strategy.Members, error) { return w, nil },
		Sentinel: func() bool { return true },
	})(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestLocalSnapshotReadsTheBucketsThatHaveChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBucketed(t, 8, "a", "b")
		s := w.start(t, "local-snapshot", w.Buckets)
		synctest.Wait()
		expectRisky(t, s, "a", "b")
		if len(w.read) != 8 {
			t.Errorf("buckets %v were read, want all 8", w.read)
		}
		first, _ := s.(checker.Copier).Copy()
		changed := w.Of("c")
		w.read, w.versions[changed], w.sets[changed] = nil, "2", append(w.sets[changed], "c")
		pass(time.Second)
		expectRisky(t, s, "a", "b", "c")
		if !slices.Equal(w.read, []int{changed}) {
			t.Errorf("buckets %v were read, want %d alone", w.read, changed)
		}
		second, ok := s.(checker.Copier).Copy()
		if !ok || first.Users != 2 || second.Users != 3 || first.Version == second.Version {
			t.Errorf("copies %+v and %+v, %v: want 2 and 3 users by two names", first, second, ok)
		}
	})
}

// What has been read of a new version counts, and is not read again, though the
// rest cannot be had yet.
func TestLocalSnapshotReplacesOneBucketAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBucketed(t, 8, "b")
		s := w.start(t, "local-snapshot", w.Buckets)
		synctest.Wait()
		expectRisky(t, s, "b")
		first, last := w.Of("a"), w.Of("b")
		if first >= last {
			t.Fatalf("a is in bucket %d and b in %d: want a to be read first", first, last)
		}
		turns.Lock()
		w.sets[first], w.sets[last] = append(w.sets[first], "a"), w.sets[last][:1]
		w.versions[first], w.versions[last], w.broken, w.read = "2", "2", map[int]bool{last: true}, nil
		turns.Unlock()
		pass(3 * time.Second)
		expectRisky(t, s, "a", "b")
		if !slices.Equal(w.read, []int{first}) {
			t.Errorf("buckets %v were read, want %d once", w.read, first)
		}
		turns.Lock()
		w.broken = nil
		turns.Unlock()
		pass(time.Second)
		expectRisky(t, s, "a")
	})
}

// A first copy that takes longer than a try may is read in several.
func TestLocalSnapshotKeepsWhatItHasReadOfAFirstCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBucketed(t, 8, "a", "b")
		w.slow = 30 * time.Second
		s := w.start(t, "local-snapshot", w.Buckets)
		pass(6 * time.Minute)
		copied, ok := s.(checker.Copier).Copy()
		if !ok || copied.Users != 2 {
			t.Fatalf("after six minutes the copy is %+v, %v, want 2 users", copied, ok)
		}
		turns.Lock()
		times := make([]int, 8)
		for _, i := range w.read {
			times[i]++
		}
		turns.Unlock()
		for i, n := range times {
			if n > 2 { // one may have been cut short
				t.Errorf("bucket %d was read %d times: %v", i, n, w.read)
			}
		}
	})
}

// What takes a while to read is not read by all in the same moment.
func TestManyLocalSnapshotsDoNotReadAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBucketed(t, 8, "a")
		w.slow = time.Second
		var all []checker.Strategy
		for range 50 {
			all = append(all, w.start(t, "local-snapshot", w.Buckets))
		}
		pass(30 * time.Second)
		turns.Lock()
		w.began = nil
		for i := range w.versions {
			w.versions[i] = "2"
		}
		w.sets[w.Of("c")] = append(w.sets[w.Of("c")], "c")
		turns.Unlock()
		changed := time.Now()
		pass(40 * time.Second)
		for _, s := range all {
			expectRisky(t, s, "a", "c")
		}
		busiest, inSecond := 0, make(map[time.Duration]int)
		for _, at := range w.began {
			second := at.Sub(changed).Truncate(time.Second)
			inSecond[second]++
			busiest = max(busiest, inSecond[second])
		}
		// Evenly spread over 20 s, each reading for 8 s, 20 of 50 read at a time.
		if len(w.began) != 50*8 || busiest > 40 {
			t.Errorf("%d buckets were read, %d of them in one second, want 400 and at most 40", len(w.began), busiest)
		}
	})
}

func TestLocalSnapshotOfBucketsAllocatesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBucketed(t, 64, "a")
		s := w.start(t, "local-snapshot", w.Buckets)
		synctest.Wait()
		p := checker.Payment{UserID: "a"}
		if n := testing.AllocsPerRun(1000, func() { s.Check(t.Context(), p) }); n != 0 {
			t.Errorf("%v allocations per check, want none", n)
		}
	})
}

// Whoever counts the buckets otherwise than the publisher does must not answer
// from the wrong one.
func TestAnotherNumberOfBucketsIsNotPublished(t *testing.T) {
	var users []string
	for i := range 100 {
		users = append(users, fmt.Sprintf("u%07d", i))
	}
	w := newBucketed(t, 8, users...)
	sixteen, err := checker.NewBuckets(16)
	if err != nil {
		t.Fatal(err)
	}
	right, wrong := w.start(t, "redis-sismember", w.Buckets), w.start(t, "redis-sismember", sixteen)
	for _, id := range users {
		if risky, err := right.Check(t.Context(), checker.Payment{UserID: id}); !risky || err != nil {
			t.Errorf("%s: %v, %v, want risky", id, risky, err)
		}
		if _, err := wrong.Check(t.Context(), checker.Payment{UserID: id}); err == nil {
			t.Errorf("%s is answered from bucket %d of 8 by who looks in %d of 16", id, w.Of(id), sixteen.Of(id))
		}
	}
}
