package riskyusers_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/internal/redistest"
)

const prefix = "test:"

// stage is a seeded store, an empty Redis and an updater between them.
type stage struct {
	dsn     string
	store   *riskyusers.Store
	server  *redistest.Server
	rdb     *redis.Client
	updater *riskyusers.Updater
}

func newStage(t *testing.T, risky int, s riskyusers.Settings) *stage {
	t.Helper()
	dsn := filepath.Join(t.TempDir(), "x.db")
	g := &stage{dsn: dsn, store: open(t, dsn), server: redistest.Start(t)}
	if err := g.store.Seed(t.Context(), riskyusers.Population{Users: 10_000, Risky: risky, Ours: true}); err != nil {
		t.Fatal(err)
	}
	g.rdb = redis.NewClient(&redis.Options{Addr: g.server.Addr, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { g.rdb.Close() })
	g.updater = riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{Prefix: prefix, Settings: s})
	return g
}

func (g *stage) refresh(t *testing.T) {
	t.Helper()
	if err := g.updater.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// published fails unless the Set holds exactly n users, and says whether it
// holds the sentinel as well.
func (g *stage) published(t *testing.T, n int) (sentinel bool) {
	t.Helper()
	in, err := g.rdb.SMembers(t.Context(), prefix+checker.SetKey).Result()
	if err != nil {
		t.Fatal(err)
	}
	users := slices.DeleteFunc(slices.Clone(in), func(id string) bool { return id == checker.Sentinel })
	if len(users) != n {
		t.Errorf("%d users are published, want %d", len(users), n)
	}
	return len(users) < len(in)
}

func TestAtomicPublishesWholeSets(t *testing.T) {
	g := newStage(t, 4500, riskyusers.Settings{})
	g.rdb.Set(t.Context(), prefix+checker.ListKey, "[]", 0)
	g.refresh(t)
	if !g.published(t, 4500) || !g.updater.Sentinel() {
		t.Error("an atomic Set needs its sentinel")
	}
	if ttl := g.rdb.TTL(t.Context(), prefix+checker.SetKey).Val(); ttl != -1 {
		t.Errorf("the Set expires in %v, want never", ttl)
	}
	keys := g.rdb.Keys(t.Context(), "*").Val()
	if slices.Sort(keys); !slices.Equal(keys, []string{prefix + checker.FenceKey, prefix + checker.SetKey, prefix + checker.VersionKey}) {
		t.Errorf("Redis holds %q, want the Set, its version and the fence: no draft, no list, no lock", keys)
	}
	if st := g.updater.Status(); st.Users != 4500 || st.Err != nil || st.At.IsZero() {
		t.Errorf("status %+v, want 4500 users published", st)
	}
	for _, n := range []int{7, 0} {
		if err := g.store.SetActive(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		g.refresh(t)
		if !g.published(t, n) {
			t.Errorf("the Set of %d users has no sentinel", n)
		}
	}
}

// Readers who look all the time must find a whole Set each time.
func TestAtomicIsNeverSeenHalfDone(t *testing.T) {
	g := newStage(t, 3000, riskyusers.Settings{})
	g.refresh(t)
	ctx, stop := context.WithCancel(t.Context())
	looked := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			if size := g.rdb.SCard(t.Context(), prefix+checker.SetKey).Val(); size != 3001 {
				t.Errorf("a reader saw %d members, want 3000 and the sentinel", size)
				break
			}
		}
		looked <- n
	}()
	for range 20 {
		g.refresh(t)
	}
	stop()
	if <-looked == 0 {
		t.Error("nobody looked")
	}
}

func TestEveryPublicationIsAVersionUntilItsUpdaterIsGone(t *testing.T) {
	g := newStage(t, 10, riskyusers.Settings{Interval: time.Hour})
	version := func() string { return g.rdb.Get(t.Context(), prefix+checker.VersionKey).Val() }
	g.refresh(t)
	first := version()
	if ttl := g.rdb.TTL(t.Context(), prefix+checker.VersionKey).Val(); ttl < 4*time.Hour || ttl > 5*time.Hour {
		t.Errorf("with an hour between publications the version expires in %v, want five hours", ttl)
	}
	g.refresh(t)
	if second := version(); first == "" || second == "" || first == second {
		t.Errorf("versions %q and %q: want two", first, second)
	}
	g.updater.Set(riskyusers.Settings{Kind: riskyusers.Naive})
	g.refresh(t)
	if left := version(); left != "" {
		t.Errorf("the lesson's Set goes by version %q of another", left)
	}
}

func TestNaiveIsTheLessons(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{Kind: riskyusers.Naive})
	g.refresh(t)
	if g.published(t, 50) || g.updater.Sentinel() {
		t.Error("the lesson's Set has no sentinel")
	}
	if ttl := g.rdb.TTL(t.Context(), prefix+checker.SetKey).Val(); ttl <= 299*time.Second || ttl > 300*time.Second {
		t.Errorf("the Set expires in %v, want 5m", ttl)
	}
	if err := g.store.SetActive(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := g.updater.Refresh(t.Context()); err == nil {
		t.Error("SADD of nobody worked, want Redis to refuse it")
	}
	g.published(t, 0)
}

func TestNaiveHasAMomentWhenNobodyIsRisky(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{Kind: riskyusers.Naive})
	g.refresh(t)
	g.updater.Set(riskyusers.Settings{Kind: riskyusers.Naive, StepDelay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- g.updater.Refresh(ctx) }()
	eventually(t, "the Set is gone between DEL and SADD", func() bool {
		return g.rdb.Exists(t.Context(), prefix+checker.SetKey).Val() == 0
	})
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the interrupted update says %v", err)
	}
}

func TestStoppedKeepsTheKindBefore(t *testing.T) {
	for _, kind := range []riskyusers.Kind{riskyusers.Atomic, riskyusers.Naive} {
		t.Run(string(kind), func(t *testing.T) {
			u := riskyusers.NewUpdater(nil, nil, riskyusers.UpdaterConfig{Settings: riskyusers.Settings{Kind: kind}})
			u.Set(riskyusers.Settings{Kind: riskyusers.Stopped})
			if u.Settings().Kind != riskyusers.Stopped || u.Sentinel() != (kind == riskyusers.Atomic) {
				t.Errorf("kind %s, sentinel %v after %s", u.Settings().Kind, u.Sentinel(), kind)
			}
		})
	}
}

func TestRunPublishesAtStartAndWhenTheKindChanges(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{Interval: time.Hour})
	g.run(t)
	eventually(t, "a Set with its sentinel", func() bool {
		return g.rdb.SIsMember(t.Context(), prefix+checker.SetKey, checker.Sentinel).Val()
	})
	g.updater.Set(riskyusers.Settings{Kind: riskyusers.Naive, Interval: time.Hour})
	eventually(t, "the lesson's Set", func() bool {
		return g.rdb.SCard(t.Context(), prefix+checker.SetKey).Val() == 50
	})
}

func TestRunPublishesEveryInterval(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{Interval: 10 * time.Millisecond})
	g.run(t)
	for range 3 {
		g.rdb.FlushAll(t.Context())
		eventually(t, "the Set again", func() bool {
			return g.rdb.SCard(t.Context(), prefix+checker.SetKey).Val() == 51
		})
	}
}

func TestStoppedPublishesOnlyWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Nothing can be read from a directory, so each attempt leaves an error.
		store := open(t, t.TempDir())
		rdb := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1, Dialer: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("there is no Redis")
		}})
		defer rdb.Close()
		u := riskyusers.NewUpdater(store, rdb, riskyusers.UpdaterConfig{Settings: riskyusers.Settings{Kind: riskyusers.Naive}})
		u.Set(riskyusers.Settings{Kind: riskyusers.Stopped, Interval: time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		defer synctest.Wait()
		defer cancel()
		go u.Run(ctx)
		time.Sleep(time.Hour)
		if err := u.Status().Err; err != nil {
			t.Errorf("published though stopped: %v", err)
		}
		if u.Refresh(ctx) == nil || u.Status().Err == nil {
			t.Error("Refresh did nothing when stopped")
		}
	})
}

func TestRunOutlivesRedis(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{Interval: 10 * time.Millisecond})
	g.server.Stop()
	g.run(t)
	eventually(t, "a failure in the status", func() bool { return g.updater.Status().Err != nil })
	if st := g.updater.Status(); !st.At.IsZero() {
		t.Errorf("published %+v to a Redis that is down", st)
	}
}

func TestParseKind(t *testing.T) {
	for _, name := range []string{"atomic", "naive", "stopped"} {
		if k, err := riskyusers.ParseKind(name); err != nil || string(k) != name {
			t.Errorf("ParseKind(%q) = %q, %v", name, k, err)
		}
	}
	if _, err := riskyusers.ParseKind("Atomic"); !errors.Is(err, riskyusers.ErrUnknownKind) || !strings.Contains(err.Error(), "Atomic") {
		t.Errorf("ParseKind(Atomic): %v, want ErrUnknownKind naming it", err)
	}
}

// run starts the updater and, at the end of the test, waits for it to end.
func (g *stage) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- g.updater.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// eventually looks until what it waits for has come true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	within(t, 30*time.Second, what, ok)
}

func within(t *testing.T, longest time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(longest)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
