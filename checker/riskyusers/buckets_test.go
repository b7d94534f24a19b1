package riskyusers_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/internal/pgtest"
	"github.com/leakline/leakline/internal/redistest"
)

func mustBuckets(t *testing.T, n int) checker.Buckets {
	t.Helper()
	b, err := checker.NewBuckets(n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inBuckets is an updater beside g's own, for so many buckets.
func (g *stage) inBuckets(b checker.Buckets, rdb redis.UniversalClient) *riskyusers.Updater {
	return riskyusers.NewUpdater(g.store, rdb, riskyusers.UpdaterConfig{Prefix: prefix, Buckets: b})
}

// expectBuckets fails unless the buckets hold exactly the first n users, each in
// its own, and a sentinel and a version each.
func expectBuckets(t *testing.T, rdb redis.UniversalClient, b checker.Buckets, n int) {
	t.Helper()
	users := 0
	for i := range b.Len() {
		in := rdb.SMembers(t.Context(), prefix+b.SetKey(i)).Val()
		if !slices.Contains(in, b.Sentinel()) || rdb.Get(t.Context(), prefix+b.VersionKey(i)).Val() == "" {
			t.Errorf("bucket %d is not published", i)
		}
		for _, id := range in {
			if id == b.Sentinel() {
				continue
			}
			if users++; b.Of(id) != i || id >= riskyusers.UserID(n) {
				t.Errorf("bucket %d holds %s", i, id)
			}
		}
	}
	if users != n {
		t.Errorf("%d buckets hold %d users, want %d", b.Len(), users, n)
	}
}

func TestBucketsHoldEachUserOnce(t *testing.T) {
	g := newStage(t, 3000, riskyusers.Settings{})
	for _, n := range []int{8, 1, 64, 16} { // each layout removes the one before
		b := mustBuckets(t, n)
		if err := g.inBuckets(b, g.rdb).Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		expectBuckets(t, g.rdb, b, 3000)
		if keys := g.rdb.Keys(t.Context(), "*").Val(); len(keys) != 2*n+1 {
			t.Errorf("with %d buckets Redis holds %d keys, want a Set and a version each, and the fence: %q", n, len(keys), keys)
		}
	}
}

// Readers of every number of buckets find none but what is kept up to date,
// whoever has published before, and however often.
func TestBucketsOfAnEarlierTurnAreRemoved(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	one, eight := mustBuckets(t, 1), mustBuckets(t, 8)
	ofOne, ofEight := g.inBuckets(one, g.rdb), g.inBuckets(eight, g.rdb)
	for i := range 3 {
		for _, next := range []struct {
			b checker.Buckets
			u *riskyusers.Updater
		}{{one, ofOne}, {eight, ofEight}} {
			if err := g.store.SetActive(t.Context(), 50-i); err != nil {
				t.Fatal(err)
			}
			if err := next.u.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			expectBuckets(t, g.rdb, next.b, 50-i)
			if keys := g.rdb.Keys(t.Context(), "*").Val(); len(keys) != 2*next.b.Len()+1 {
				t.Errorf("after turn %d with %d buckets Redis holds %q", i, next.b.Len(), keys)
			}
		}
	}
}

// An updater that wakes up late finds no fence in buckets that the next one,
// which counts otherwise, has removed. What it leaves there is removed too.
func TestBucketsOfAnUpdaterThatWakesUpLateAreRemoved(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	one, eight := mustBuckets(t, 1), mustBuckets(t, 8)
	ofEight := riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{
		Prefix: prefix, Buckets: eight, Settings: riskyusers.Settings{Interval: 10 * time.Millisecond},
	})
	start(t, ofEight)
	eventually(t, "eight buckets", func() bool { return !ofEight.Status().At.IsZero() })
	draft := prefix + one.SetKey(0) + ":late"
	g.rdb.SAdd(t.Context(), draft, one.Sentinel(), "somebody of yesterday")
	if err := g.updater.Swap(t.Context(), draft, 2, "1.late"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its removal", func() bool { return g.rdb.Exists(t.Context(), prefix+one.SetKey(0)).Val() == 0 })
}

func TestBucketsOfACluster(t *testing.T) {
	g := newStage(t, 3000, riskyusers.Settings{})
	opts, err := redisurl.Parse(strings.Join(redistest.StartCluster(t).Addrs, ","))
	if err != nil {
		t.Fatal(err)
	}
	rdb := redisurl.NewClient(opts)
	defer rdb.Close()
	b := mustBuckets(t, 64)
	u := g.inBuckets(b, rdb)
	for _, n := range []int{3000, 0} {
		if err := g.store.SetActive(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if err := u.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		expectBuckets(t, rdb, b, n)
	}
}

func TestTheLessonsKindKnowsOneBucket(t *testing.T) {
	g := newStage(t, 10, riskyusers.Settings{})
	u := riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{
		Buckets: mustBuckets(t, 2), Settings: riskyusers.Settings{Kind: riskyusers.Naive},
	})
	if err := u.Refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "one bucket, not 2") {
		t.Errorf("published in the lesson's way into two buckets: %v", err)
	}
}

// A draft that a failover has lost, in whole or in part, is no Set.
func TestALostDraftIsNotPublished(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	g.refresh(t)
	draft := prefix + checker.SetKey + ":draft"
	g.rdb.SAdd(t.Context(), draft, "a", "b")
	for name, key := range map[string]string{"part": draft, "whole": draft + "2"} {
		if err := g.updater.Swap(t.Context(), key, 3, "99999999999999.x"); !errors.Is(err, riskyusers.ErrIncomplete) {
			t.Errorf("the %s of a draft is lost: %v, want ErrIncomplete", name, err)
		}
	}
	g.published(t, 50)
}

func TestAPublicationTellsHowFarItIs(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	g.refresh(t) // so that it is known how many there are
	half, rest := make(chan struct{}), make(chan struct{})
	g.updater.ReadFrom(func(_ context.Context, pass func([]string) error) error {
		if err := pass([]string{"a", "b"}); err != nil {
			return err
		}
		close(half)
		<-rest
		return pass([]string{"c"})
	})
	done := make(chan error)
	go func() { done <- g.updater.Refresh(t.Context()) }()
	<-half
	eventually(t, "two users of fifty", func() bool {
		p := g.updater.Status().Progress
		return p.Users == 2 && p.Of == 50 && !p.Began.IsZero()
	})
	close(rest)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if st := g.updater.Status(); !st.Progress.Began.IsZero() || st.Users != 3 || st.Took <= 0 {
		t.Errorf("afterwards the status is %+v, want 3 users and nothing under way", st)
	}
	if got := (riskyusers.Progress{Users: 30, Began: time.Unix(10, 0)}).PerSecond(time.Unix(13, 0)); got != 10 {
		t.Errorf("30 users in 3 s are %v a second", got)
	}
}

func TestAPublicationThatMakesNoProgressIsEnded(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	u := riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{Prefix: prefix, StalledAfter: 50 * time.Millisecond})
	u.ReadFrom(func(ctx context.Context, _ func([]string) error) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if err := u.Refresh(t.Context()); !errors.Is(err, riskyusers.ErrStalled) {
		t.Errorf("a database that sends nothing: %v, want ErrStalled", err)
	}
}

// The table is several times as large as what may be held of it.
func TestPublishingHoldsABoundedPartOfTheTable(t *testing.T) {
	const users, idBytes, bound = 300_000, 160, 16 << 20
	dsn := pgtest.Database(t)
	execute(t, "PostgreSQL", dsn, "CREATE TABLE risky_users (user_id TEXT PRIMARY KEY, active BOOLEAN NOT NULL)")
	execute(t, "PostgreSQL", dsn, "INSERT INTO risky_users SELECT lpad(i::text, $1::int, 'u'), true FROM generate_series(1, $2::int) i", idBytes, users)
	store, rdb := open(t, dsn), redis.NewClient(&redis.Options{Addr: redistest.Start(t).Addr})
	defer rdb.Close()
	u := riskyusers.NewUpdater(store, rdb, riskyusers.UpdaterConfig{Prefix: prefix, Buckets: mustBuckets(t, 16)})
	base, peak := liveHeap(), uint64(0)
	u.ReadFrom(func(ctx context.Context, pass func([]string) error) error {
		return store.EachActive(ctx, 10_000, func(ids []string) error {
			err := pass(ids)
			peak = max(peak, liveHeap())
			return err
		})
	})
	if err := u.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := u.Status().Users; n != users {
		t.Errorf("%d users are published, want %d", n, users)
	}
	held := int64(peak) - int64(base)
	t.Logf("at most %.1f MB were held of %.1f MB", float64(held)/1e6, users*idBytes/1e6)
	if held > bound {
		t.Errorf("%d bytes were held at a time, want at most %d of the %d", held, bound, users*idBytes)
	}
}

// liveHeap is what a collection leaves.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// changing is a table that tells what has changed.
func changing(t *testing.T, engine, dsn, column string) *stage {
	t.Helper()
	kind := map[string]string{"revision": "BIGINT", "changed_at": "TIMESTAMP"}[column]
	if engine == "PostgreSQL" && column == "changed_at" {
		kind = "TIMESTAMPTZ"
	}
	execute(t, engine, dsn, "CREATE TABLE risky_users (user_id TEXT PRIMARY KEY, active BOOLEAN, "+column+" "+kind+" NOT NULL)")
	g := &stage{store: open(t, dsn), server: redistest.Start(t)}
	g.rdb = redis.NewClient(&redis.Options{Addr: g.server.Addr})
	t.Cleanup(func() { g.rdb.Close() })
	return g
}

func TestOnlyWhatHasChangedIsPublished(t *testing.T) {
	for _, column := range []string{"revision", "changed_at"} {
		for engine, dsn := range map[string]string{
			"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "risky users#.db"), "PostgreSQL": pgtest.Database(t),
		} {
			t.Run(engine+" by "+column, func(t *testing.T) {
				g := changing(t, engine, dsn, column)
				at := func(n int) string {
					if column == "revision" {
						return fmt.Sprint(n)
					}
					return fmt.Sprintf("'2026-01-01 00:00:%02d'", n)
				}
				run := func(format string, args ...any) { execute(t, engine, dsn, fmt.Sprintf(format, args...)) }
				for i := range 40 {
					run("INSERT INTO risky_users VALUES ('%s', true, %s)", riskyusers.UserID(i), at(1))
				}
				b := mustBuckets(t, 8)
				u := g.inBuckets(b, g.rdb)
				publish := func(incremental bool, changed, users int) {
					t.Helper()
					if err := u.Publish(t.Context()); err != nil {
						t.Fatal(err)
					}
					if st := u.Status(); st.Incremental != incremental || st.Changed != changed || st.Users != users {
						t.Errorf("published %+v, want incremental %v, %d changed, %d users", st.Publication, incremental, changed, users)
					}
					expectBuckets(t, g.rdb, b, users)
				}
				versions := func() (all []string) {
					for i := range b.Len() {
						all = append(all, g.rdb.Get(t.Context(), prefix+b.VersionKey(i)).Val())
					}
					return all
				}
				publish(false, 0, 40)
				publish(false, 0, 40) // for what became visible meanwhile
				before := versions()
				publish(true, 0, 40)
				if !slices.Equal(versions(), before) {
					t.Error("nothing has changed, and there are other versions")
				}

				run("UPDATE risky_users SET active = false, %s = %s WHERE user_id = '%s'", column, at(2), riskyusers.UserID(39))
				run("INSERT INTO risky_users VALUES ('%s', false, %s)", riskyusers.UserID(70), at(2))
				run("INSERT INTO risky_users VALUES ('%s', NULL, %s)", riskyusers.UserID(71), at(2)) // nobody knows
				publish(true, 1, 39)
				for i, v := range versions() {
					if (v != before[i]) != (i == b.Of(riskyusers.UserID(39))) {
						t.Errorf("bucket %d has version %q after %q", i, v, before[i])
					}
				}
				run("UPDATE risky_users SET active = true, %s = %s WHERE user_id = '%s'", column, at(4), riskyusers.UserID(39))
				publish(true, 1, 40)
				// A change that becomes visible late is seen all the same.
				run("UPDATE risky_users SET active = false, %s = %s WHERE user_id = '%s'", column, at(3), riskyusers.UserID(39))
				publish(true, 1, 39)

				// What becomes visible later than that waits for the whole, as does
				// what no column tells of.
				run("UPDATE risky_users SET active = false, %s = %s WHERE user_id = '%s'", column, at(3), riskyusers.UserID(37))
				publish(true, 0, 39)
				run("DELETE FROM risky_users WHERE user_id = '%s'", riskyusers.UserID(38))
				publishUntilWhole(t, u)
				expectBuckets(t, g.rdb, b, 37)

				// So does what somebody else has done to a bucket.
				g.rdb.Del(t.Context(), prefix+b.SetKey(3), prefix+b.VersionKey(3))
				publish(false, 0, 37)
			})
		}
	}
}

// publishUntilWhole publishes changes until it is time to publish all again.
func publishUntilWhole(t *testing.T, u *riskyusers.Updater) {
	t.Helper()
	for range riskyusers.WholeEvery {
		if err := u.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !u.Status().Incremental {
			return
		}
	}
	t.Errorf("%d publications later the whole has not been published", riskyusers.WholeEvery)
}

// Whoever holds a copy need not read again what a whole publication has not
// changed.
func TestAnUnchangedBucketKeepsItsVersion(t *testing.T) {
	g := newStage(t, 3000, riskyusers.Settings{})
	b := mustBuckets(t, 8)
	u := riskyusers.NewUpdater(g.store, g.rdb, riskyusers.UpdaterConfig{Prefix: prefix, Buckets: b, Settings: riskyusers.Settings{Interval: time.Hour}})
	start(t, u) // so that it keeps its turn
	published := time.Time{}
	publish := func() (versions []string) {
		t.Helper()
		if err := u.PublishOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		if st := u.Status(); st.Incremental || !st.At.After(published) {
			t.Errorf("published %+v, want the whole", st.Publication)
		}
		for i := range b.Len() {
			versions = append(versions, g.rdb.Get(t.Context(), prefix+b.VersionKey(i)).Val())
		}
		return versions
	}
	eventually(t, "the first publication", func() bool { published = u.Status().At; return !published.IsZero() })
	first := publish()
	differ := func(versions []string) (in []int) {
		for i, v := range versions {
			if v != first[i] {
				in = append(in, i)
			}
		}
		first = versions
		return in
	}
	g.rdb.Expire(t.Context(), prefix+b.VersionKey(0), time.Minute)
	if in := differ(publish()); len(in) > 0 {
		t.Errorf("nothing has changed, and buckets %v have other versions", in)
	}
	if ttl := g.rdb.TTL(t.Context(), prefix+b.VersionKey(0)).Val(); ttl <= time.Minute {
		t.Errorf("the version expires in %v as before", ttl)
	}

	if err := g.store.SetActive(t.Context(), 2999); err != nil { // one user less
		t.Fatal(err)
	}
	if in := differ(publish()); !slices.Equal(in, []int{b.Of(riskyusers.UserID(2999))}) {
		t.Errorf("one user is cleared, and buckets %v have other versions", in)
	}
	expectBuckets(t, g.rdb, b, 2999)

	// A Set that lost a member is mended, and whoever has read it meanwhile is told.
	g.rdb.SRem(t.Context(), prefix+b.SetKey(b.Of(riskyusers.UserID(1))), riskyusers.UserID(1))
	if in := differ(publish()); !slices.Equal(in, []int{b.Of(riskyusers.UserID(1))}) {
		t.Errorf("somebody has removed a user, and buckets %v have other versions", in)
	}
	expectBuckets(t, g.rdb, b, 2999)
}

func TestATableThatDoesNotTellIsPublishedWhole(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	for range 2 {
		if err := g.updater.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if st := g.updater.Status(); st.Incremental || st.Users != 50 {
			t.Errorf("published %+v, want the whole of 50", st.Publication)
		}
	}
}
