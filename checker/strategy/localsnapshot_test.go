package strategy_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/checker"
)

// startSnapshot starts a local-snapshot, inside a synctest bubble, and waits
// for its first look.
func startSnapshot(t *testing.T, w *world) checker.Strategy {
	t.Helper()
	s := w.start(t, "local-snapshot")
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return s
}

// expectRisky fails unless exactly these users of a, b and c are risky.
func expectRisky(t *testing.T, s checker.Strategy, want ...string) {
	t.Helper()
	for _, user := range []string{"a", "b", "c"} {
		risky, err := s.Check(t.Context(), checker.Payment{UserID: user})
		if err != nil || risky != slices.Contains(want, user) {
			t.Errorf("%s is risky: %v, %v, want %v", user, risky, err, !risky)
		}
	}
}

// pass lets time go by, a look at its end included.
func pass(d time.Duration) {
	turns.Lock()
	turns.Unlock()
	time.Sleep(d + time.Millisecond)
	synctest.Wait()
}

func TestLocalSnapshotFollowsTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{version: "1", set: []string{checker.Sentinel, "a"}, sqlErr: errDown}
		s := startSnapshot(t, w)
		expectRisky(t, s, "a")
		pass(time.Minute)
		if w.scans != 1 {
			t.Errorf("the same version was read %d times", w.scans)
		}
		w.version, w.set = "2", []string{"b", checker.Sentinel, "c"}
		pass(time.Second)
		expectRisky(t, s, "b", "c")
		c, ok := s.(checker.Copier).Copy()
		if !ok || c.Users != 2 || c.Version != "2" || c.Bytes == 0 || time.Since(c.Confirmed) > time.Second {
			t.Errorf("copy %+v, %v: want 2 users of version 2, just confirmed", c, ok)
		}
	})
}

func TestLocalSnapshotReadsSQLWhenNothingWholeIsPublished(t *testing.T) {
	tests := map[string]*world{
		"nothing is published":      {risky: []string{"a", "b"}},
		"Redis is down":             {risky: []string{"a", "b"}, memberErr: errDown},
		"the sentinel is missing":   {risky: []string{"a", "b"}, version: "1", set: []string{"c"}},
		"the Set is gone":           {risky: []string{"a", "b"}, version: "1"},
		"the lesson's Set is there": {risky: []string{"a", "b"}, set: []string{"c"}},
	}
	for name, w := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startSnapshot(t, w)
				expectRisky(t, s, "a", "b")
				if w.lookups != 0 {
					t.Errorf("%d single lookups, want a copy", w.lookups)
				}
				pass(29 * time.Second)
				if w.selects != 1 {
					t.Errorf("%d SELECTs in 29 seconds, want 1", w.selects)
				}
				w.risky = []string{"c"}
				pass(2 * time.Second)
				expectRisky(t, s, "c")
			})
		})
	}
}

// What is renamed over the Set while it is read must not end up mixed with it.
func TestLocalSnapshotNeverMixesTwoVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{version: "1", set: []string{checker.Sentinel, "a"}}
		s := startSnapshot(t, w)
		w.version, w.set = "2", []string{checker.Sentinel, "b"}
		w.scanned = func() { w.version, w.scanned = "3", nil }
		pass(time.Second)
		expectRisky(t, s, "a") // what it had
		pass(time.Second)
		expectRisky(t, s, "b")
	})
}

// A scan that goes on at another master may leave some out.
func TestLocalSnapshotNoticesThatMembersAreMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{version: "1", set: []string{checker.Sentinel, "a"}, missing: 1, risky: []string{"a", "b"}}
		expectRisky(t, startSnapshot(t, w), "a", "b")
	})
}

func TestLocalSnapshotIsNotBelievedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{version: "1", set: []string{checker.Sentinel, "a"}, risky: []string{"b"}}
		s := startSnapshot(t, w)
		w.memberErr, w.sqlErr = errDown, errDown
		pass(299 * time.Second)
		expectRisky(t, s, "a")
		pass(3 * time.Second)
		if risky, err := s.Check(t.Context(), checker.Payment{UserID: "a"}); risky || !errors.Is(err, checker.ErrUnavailable) {
			t.Errorf("after five minutes without a source Check says %v, %v, want ErrUnavailable", risky, err)
		}
		if _, ok := s.(checker.Copier).Copy(); ok {
			t.Error("a copy that is not believed is shown")
		}
		w.memberErr = nil
		pass(time.Second)
		expectRisky(t, s, "a")
	})
}

func TestLocalSnapshotAsksSQLUntilItHasACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{memberErr: errDown, sqlErr: errDown}
		s := startSnapshot(t, w)
		if risky, err := s.Check(t.Context(), checker.Payment{UserID: "a"}); risky || !errors.Is(err, checker.ErrUnavailable) {
			t.Errorf("before the first copy Check says %v, %v, want ErrUnavailable", risky, err)
		}
		w.risky, w.sqlErr = []string{"a"}, nil
		expectRisky(t, s, "a")
		if w.lookups != 4 {
			t.Errorf("%d lookups in SQL, want one for each check", w.lookups)
		}
	})
}

func TestLocalSnapshotAllocatesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startSnapshot(t, &world{version: "1", set: []string{checker.Sentinel, "a"}})
		p := checker.Payment{UserID: "a"}
		if n := testing.AllocsPerRun(1000, func() { s.Check(t.Context(), p) }); n != 0 {
			t.Errorf("%v allocations per check, want none", n)
		}
	})
}
