package riskyusers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/internal/redistest"
)

// Short, so that a test need not wait long for a dead updater to be replaced;
// long beside the pauses of a busy machine, in which a turn is rightly lost.
const testLife = 3 * time.Second

// another is an updater beside g's own.
func (g *stage) another(rdb redis.UniversalClient, owner string) *riskyusers.Updater {
	return riskyusers.NewUpdater(g.store, rdb, riskyusers.UpdaterConfig{
		Prefix: prefix, Owner: owner, LockLife: testLife,
		Settings: riskyusers.Settings{Interval: 10 * time.Millisecond},
	})
}

// start runs u until stop is called, or the test ends.
func start(t *testing.T, u *riskyusers.Updater) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- u.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// ours lists those whose turn it is.
func ours(all []*riskyusers.Updater) (turns []int) {
	for i, u := range all {
		if u.Status().Ours {
			turns = append(turns, i)
		}
	}
	return turns
}

func TestOneOfFiveUpdatersPublishesAndIsReplaced(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	var all []*riskyusers.Updater
	var stops []func()
	for i := range 5 {
		u := g.another(g.rdb, fmt.Sprintf("updater %d", i))
		all, stops = append(all, u), append(stops, start(t, u))
	}
	before := -1
	for range 3 {
		eventually(t, "one updater's turn", func() bool { return len(ours(all)) == 1 })
		now := ours(all)[0]
		if now == before {
			t.Fatalf("updater %d has stopped, and it is its turn", now)
		}
		before = now
		eventually(t, "its publication", func() bool { return !all[now].Status().At.IsZero() })
		g.rdb.Del(t.Context(), prefix+checker.SetKey)
		eventually(t, "another publication", func() bool { return g.rdb.SCard(t.Context(), prefix+checker.SetKey).Val() == 51 })
		for i, u := range all {
			if st := u.Status(); i != now && st.Ours || st.Err != nil {
				t.Errorf("updater %d, while it is the turn of %d: %+v", i, now, st)
			}
		}
		stops[now]()
	}
}

func TestARefreshWhileAnotherPublishesSaysWho(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	one := g.another(g.rdb, "updater of shop-1")
	start(t, one)
	eventually(t, "its turn", func() bool { return one.Status().Ours })
	err := g.updater.Refresh(t.Context())
	if !errors.Is(err, riskyusers.ErrHeld) || !strings.Contains(err.Error(), "shop-1") {
		t.Errorf("a refresh by another updater: %v, want ErrHeld naming the one that publishes", err)
	}
	if st := g.updater.Status(); st.Ours || st.Err != nil || st.HeldBy != "updater of shop-1" {
		t.Errorf("the other's status is %+v", st)
	}
	// The next life of the same checker goes on at once.
	if err := g.another(g.rdb, "updater of shop-1").Refresh(t.Context()); err != nil {
		t.Errorf("its successor: %v", err)
	}
}

func TestStoppedLetsAnotherPublish(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	one, two := g.another(g.rdb, "one"), g.another(g.rdb, "two")
	start(t, one)
	eventually(t, "the first's turn", func() bool { return one.Status().Ours })
	start(t, two)
	one.Set(riskyusers.Settings{Kind: riskyusers.Stopped})
	eventually(t, "the second's turn", func() bool { return two.Status().Ours && !one.Status().Ours })

	two.Set(riskyusers.Settings{Kind: riskyusers.Stopped})
	eventually(t, "nobody's turn", func() bool { // it stops believing before Redis has heard
		return !two.Status().Ours && g.rdb.Exists(t.Context(), prefix+checker.UpdaterKey).Val() == 0
	})
	if err := one.Refresh(t.Context()); err != nil {
		t.Errorf("asked to, a stopped updater publishes: %v", err)
	}
	if one.Status().Ours {
		t.Error("a stopped updater has kept the turn")
	}
}

// An updater that is held up between reading and publishing, while Redis forgets
// whose turn it is, still believes that it is its own. Another has gone on.
func TestAnUpdaterThatWakesUpLateChangesNothing(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	slow := riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{Prefix: prefix, Owner: "slow", LockLife: time.Hour})
	held, wake := make(chan struct{}), make(chan struct{})
	slow.ReadFrom(func(_ context.Context, pass func([]string) error) error {
		close(held)
		<-wake
		return pass([]string{"somebody of yesterday"})
	})
	done := make(chan error)
	go func() { done <- slow.Refresh(t.Context()) }()
	<-held
	quick := g.another(g.rdb, "quick")
	start(t, quick)
	eventually(t, "the slow one to be noticed", func() bool { return quick.Status().HeldBy == "slow" })
	g.rdb.Del(t.Context(), prefix+checker.UpdaterKey)
	eventually(t, "the other's publication", func() bool { return !quick.Status().At.IsZero() })
	close(wake)
	if err := <-done; !errors.Is(err, riskyusers.ErrOutrun) {
		t.Errorf("the one that woke up: %v, want ErrOutrun", err)
	}
	g.published(t, 50)
}

// One whose turn has ended while it read the table does not take another to
// publish what it has read: somebody else may have published since.
func TestATurnThatEndedWhileReadingPublishesNothing(t *testing.T) {
	for _, buckets := range []int{1, 8} { // of the other; with eight no fence is in the first one's way
		t.Run(fmt.Sprintf("%d buckets meanwhile", buckets), func(t *testing.T) {
			g := newStage(t, 50, riskyusers.Settings{})
			slow := g.another(g.rdb, "slow")
			lost, wake := make(chan struct{}), make(chan struct{})
			slow.ReadFrom(func(_ context.Context, pass func([]string) error) error {
				close(lost)
				<-wake
				return pass([]string{"somebody of yesterday"})
			})
			done := make(chan error, 1)
			go func() { done <- slow.Refresh(t.Context()) }()
			<-lost
			g.rdb.Set(t.Context(), prefix+checker.UpdaterKey, "another 1", 0)
			eventually(t, "the slow one to notice", func() bool { return !slow.Status().Ours })
			g.rdb.Del(t.Context(), prefix+checker.UpdaterKey)
			b := mustBuckets(t, buckets)
			if err := g.inBuckets(b, g.rdb).Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			close(wake)
			if err := <-done; !errors.Is(err, riskyusers.ErrTurnLost) {
				t.Errorf("the slow one: %v, want ErrTurnLost", err)
			}
			expectBuckets(t, g.rdb, b, 50)
			if n := g.rdb.SCard(t.Context(), prefix+checker.SetKey).Val(); buckets > 1 && n > 0 {
				t.Errorf("one bucket of %d is published as well", n)
			}
		})
	}
}

// Even one that believes it is still its turn cannot lower the fence.
func TestAPublicationDoesNotLowerTheFence(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	g.refresh(t)
	version := g.rdb.Get(t.Context(), prefix+checker.VersionKey).Val()
	fence := riskyusers.FenceOf(version)
	if fence == 0 {
		t.Fatalf("version %q has no fence", version)
	}
	draft := prefix + checker.SetKey + ":late"
	for _, late := range []string{fmt.Sprintf("%d.late", fence-1), "late", ""} {
		g.rdb.SAdd(t.Context(), draft, "somebody of yesterday")
		if err := g.updater.Swap(t.Context(), draft, 1, late); !errors.Is(err, riskyusers.ErrOutrun) {
			t.Errorf("version %q after %q: %v, want ErrOutrun", late, version, err)
		}
	}
	g.published(t, 50)
	if got := g.rdb.Get(t.Context(), prefix+checker.VersionKey).Val(); got != version {
		t.Errorf("the version has become %q", got)
	}
	// Having been outrun, it goes on with a higher one.
	g.rdb.Set(t.Context(), prefix+checker.VersionKey, "99999999999999.x", 0)
	if err := g.updater.Refresh(t.Context()); !errors.Is(err, riskyusers.ErrOutrun) {
		t.Errorf("after a fence from the future: %v, want ErrOutrun", err)
	}
	g.refresh(t)
	if got := riskyusers.FenceOf(g.rdb.Get(t.Context(), prefix+checker.VersionKey).Val()); got <= 99999999999999 {
		t.Errorf("fence %d, want a higher one", got)
	}
}

func TestUpdatersOutliveTheMasterOfTheirLock(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	cluster := redistest.StartCluster(t)
	opts, err := redisurl.Parse(strings.Join(cluster.Addrs, ","))
	if err != nil {
		t.Fatal(err)
	}
	opts.MaxRetries, opts.ContextTimeoutEnabled, opts.ReadTimeout, opts.DialTimeout, opts.DialerRetries = -1, true, time.Second, time.Second, 1
	rdb := redisurl.NewClient(opts)
	t.Cleanup(func() { rdb.Close() })
	b := mustBuckets(t, 16) // a third of which goes with the master
	var all []*riskyusers.Updater
	for _, owner := range []string{"one", "two"} {
		u := riskyusers.NewUpdater(g.store, rdb, riskyusers.UpdaterConfig{
			Prefix: prefix, Owner: owner, LockLife: testLife, Buckets: b, Settings: riskyusers.Settings{Interval: 10 * time.Millisecond},
		})
		all = append(all, u)
		start(t, u)
	}
	published := func() time.Time {
		for _, u := range all {
			if st := u.Status(); st.Ours && st.Err == nil {
				return st.At
			}
		}
		return time.Time{}
	}
	eventually(t, "the first publication", func() bool { return !published().IsZero() })
	killed := time.Now()
	cluster.KillMasterOf(t, prefix+checker.UpdaterKey)
	within(t, time.Minute, "a publication to the replica", func() bool { return published().After(killed) && len(ours(all)) == 1 })
	expectBuckets(t, rdb, b, 50)
}

// FuzzLock reads what anybody may have written there.
func FuzzLock(f *testing.F) {
	for _, text := range []string{"", " ", "a 1", "a b 18446744073709551615", "a -1", "1.x", "18446744073709551616.x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		owner, fence := riskyusers.ParseLock(text)
		if owner != "" && !strings.HasPrefix(text, owner+" ") {
			t.Errorf("%q is held by %q", text, owner)
		}
		if owner == "" && fence != 0 && !strings.HasPrefix(text, " ") {
			t.Errorf("%q is nobody's and has fence %d", text, fence)
		}
		riskyusers.FenceOf(text)
	})
}
