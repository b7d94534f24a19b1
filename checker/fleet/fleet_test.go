package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/fleet"
)

const prefix = "test:"

// newFleet is a fleet in a Redis of its own.
func newFleet(t *testing.T) (*fleet.Fleet, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.RunT(t)
	return open(t, server.Addr()), server
}

func open(t *testing.T, addr string) *fleet.Fleet {
	t.Helper()
	f, err := fleet.Open(addr, prefix, "shop")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func mustOrder(t *testing.T, f *fleet.Fleet, strategy string) fleet.Order {
	t.Helper()
	o, err := f.Order(t.Context(), strategy, "a test")
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOrdersCountUp(t *testing.T) {
	f, _ := newFleet(t)
	if o, err := f.Latest(t.Context()); err != nil || o != (fleet.Order{}) {
		t.Errorf("before the first order: %+v, %v, want none", o, err)
	}
	for want := uint64(1); want <= 3; want++ {
		given := mustOrder(t, f, fmt.Sprintf("strategy-%d", want))
		latest, err := f.Latest(t.Context())
		if err != nil || latest != given || given.Generation != want || given.By != "a test" {
			t.Errorf("order %d: gave %+v, read %+v, %v", want, given, latest, err)
		}
	}
}

// Of many who order at once each gets a generation of its own.
func TestOrdersGivenAtOnceAreOneAfterTheOther(t *testing.T) {
	f, server := newFleet(t)
	const publishers, each = 5, 20
	var mu sync.Mutex
	given := make(map[uint64]string)
	var wg sync.WaitGroup
	for p := range publishers {
		other := open(t, server.Addr())
		wg.Go(func() {
			for i := range each {
				strategy := fmt.Sprintf("s%d-%d", p, i)
				o, err := other.Order(t.Context(), strategy, "a test")
				mu.Lock()
				if given[o.Generation] != "" || err != nil {
					t.Errorf("generation %d given to %s and to %s: %v", o.Generation, given[o.Generation], strategy, err)
				}
				given[o.Generation] = strategy
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if latest, _ := f.Latest(t.Context()); latest.Generation != publishers*each || given[latest.Generation] != latest.Strategy {
		t.Errorf("the latest order is %+v, want generation %d", latest, publishers*each)
	}
}

func TestAStreamThatWasLostGoesOnCounting(t *testing.T) {
	f, server := newFleet(t)
	mustOrder(t, f, "a")
	mustOrder(t, f, "b")
	server.FlushAll()
	if o := mustOrder(t, f, "c"); o.Generation != 3 {
		t.Errorf("generation %d after two, want 3", o.Generation)
	}
}

func TestWhatIsNoOrderIsRefused(t *testing.T) {
	f, _ := newFleet(t)
	for _, bad := range []struct{ strategy, by string }{
		{"", "me"}, {"a", ""}, {strings.Repeat("a", 65), "me"}, {"a", strings.Repeat("a", 129)}, {"a\n", "me"}, {"a", "\xff"},
	} {
		if _, err := f.Order(t.Context(), bad.strategy, bad.by); err == nil {
			t.Errorf("strategy %q by %q was ordered", bad.strategy, bad.by)
		}
	}
	for _, name := range []string{"", "A", "a{b}", "a b", "-a", strings.Repeat("a", 64)} {
		if fleet.CheckName(name) == nil {
			t.Errorf("a fleet may be called %q", name)
		}
	}
}

func TestFleetsOfOneRedisDoNotMeet(t *testing.T) {
	f, server := newFleet(t)
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer rdb.Close()
	other, err := fleet.New(rdb, prefix, "bank")
	if err != nil {
		t.Fatal(err)
	}
	mustOrder(t, f, "a")
	if o, err := other.Latest(t.Context()); err != nil || o.Generation != 0 {
		t.Errorf("the other fleet reads %+v, %v", o, err)
	}
}

// FuzzOrder reads what anybody may have put into the stream.
func FuzzOrder(f *testing.F) {
	f.Add("strategy", "list-scan", "at", "1")
	f.Add("strategy", "\x00", "at", "x")
	f.Add("by", "", "strategy", "\xff")
	f.Add("at", "9223372036854775807", "by", "\n")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		o := fleet.OrderOf(redis.XMessage{ID: "7-0", Values: map[string]any{a: b, c: d}})
		if o.Generation != 7 {
			t.Errorf("generation %d, want 7", o.Generation)
		}
		if strings.ContainsAny(o.Strategy+o.By, "\x00\n\x7f") || len(o.Strategy) > 64 || len(o.By) > 128 {
			t.Errorf("%+v cannot be shown", o)
		}
	})
}

// FuzzMember reads what anybody may have written there.
func FuzzMember(f *testing.F) {
	for _, text := range []string{``, `{}`, `null`, `[]`, `{"id":"a"}`, `{"id":"a","generation":-1}`, `{"id":"a","at":"x"}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if m, ok := fleet.ParseMember(text); ok == (m.ID == "") {
			t.Errorf("%q is member %+v, %v", text, m, ok)
		}
	})
}

// A crew is a checker that keeps no risky users, to see it being switched.
type crew struct {
	mu      sync.Mutex
	applied []string
}

func (c *crew) use(_ context.Context, strategy string) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch strategy {
	case "unknown":
		return 0, fmt.Errorf("%w: %q", checker.ErrUnknownStrategy, strategy)
	case "broken":
		return 0, errors.New("no room")
	}
	c.applied = append(c.applied, strategy)
	return uint64(len(c.applied)), nil
}

func (c *crew) current() (string, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.applied); n > 0 {
		return c.applied[n-1], uint64(n)
	}
	return "first", 1
}

func (c *crew) list() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.applied, " ")
}

// follow starts a follower, which ends with the test or when stop is called.
func follow(t *testing.T, addr, id string) (f *fleet.Follower, c *crew, stop func()) {
	t.Helper()
	c = new(crew)
	f = open(t, addr).NewFollower(fleet.FollowerConfig{
		Self:   fleet.Member{ID: id, Started: time.Now()},
		Reader: redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true}),
		Use:    c.use, Current: c.current, Every: 50 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("following ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return f, c, stop
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	within(t, 20*time.Second, what, ok)
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

func TestAFollowerBeginsWithTheLatestAndAppliesTheRestInOrder(t *testing.T) {
	f, server := newFleet(t)
	mustOrder(t, f, "a")
	mustOrder(t, f, "b")
	_, c, _ := follow(t, server.Addr(), "one")
	eventually(t, "the latest order", func() bool { return c.list() == "b" })
	for _, s := range []string{"c", "unknown", "broken", "d"} {
		mustOrder(t, f, s)
	}
	eventually(t, "every order", func() bool { return c.list() == "b c d" })
}

func TestAnOrderThatCannotBeAppliedIsToldAndPassedOver(t *testing.T) {
	f, server := newFleet(t)
	follow(t, server.Addr(), "one")
	member := func() fleet.Member {
		all, err := f.Members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != 1 {
			return fleet.Member{}
		}
		return all[0]
	}
	mustOrder(t, f, "a")
	eventually(t, "the first order", func() bool { return member().Generation == 1 })
	latest := mustOrder(t, f, "unknown")
	eventually(t, "the failure", func() bool { return member().Failed != "" })
	if m := member(); m.Failed != "unknown strategy" || m.Strategy != "a" || m.Generation != 1 || !m.Behind(latest) {
		t.Errorf("the member says %+v, want that it stays with a", m)
	}
	mustOrder(t, f, "broken")
	eventually(t, "the other failure", func() bool { return member().Failed == "no room" })
	server.XAdd(prefix+"{fleet:shop}:orders", "4-1", []string{"hello", "world"})
	eventually(t, "what is no order", func() bool { return strings.Contains(member().Failed, "cannot be read") })
	latest = mustOrder(t, f, "b")
	eventually(t, "the next order", func() bool { return !member().Behind(latest) })
	if m := member(); m.Failed != "" || m.Strategy != "b" || latest.Generation != 5 {
		t.Errorf("the member says %+v of %+v, want that all is well", m, latest)
	}
}

func TestAnOrderThatRedisLostIsPutBack(t *testing.T) {
	f, server := newFleet(t)
	follow(t, server.Addr(), "one")
	_, two, _ := follow(t, server.Addr(), "two")
	mustOrder(t, f, "a")
	mustOrder(t, f, "b")
	eventually(t, "both orders", func() bool { return two.list() == "a b" || two.list() == "b" })
	server.FlushAll()
	late := open(t, server.Addr()) // who has seen no generation
	eventually(t, "the order again", func() bool {
		o, _ := late.Latest(t.Context())
		return o.Generation == 2 && o.Strategy == "b"
	})
	if o := mustOrder(t, late, "c"); o.Generation != 3 {
		t.Errorf("the next generation is %d, want 3", o.Generation)
	}
}

func TestALaterOrderOfAnEmptiedStreamWins(t *testing.T) {
	f, server := newFleet(t)
	for range 5 {
		mustOrder(t, f, "a")
	}
	follower, c, _ := follow(t, server.Addr(), "one")
	eventually(t, "the orders", func() bool { return follower.Standing().Applied.Generation == 5 })
	later := fmt.Sprint(time.Now().Add(time.Minute).UnixMilli())
	server.SetError("away") // so that nobody sees it empty
	server.FlushAll()
	server.XAdd(prefix+"{fleet:shop}:orders", "2-0", []string{"strategy", "z", "by", "another", "at", later})
	server.SetError("")
	eventually(t, "the later order", func() bool {
		s := follower.Standing()
		return s.Applied.Generation == 2 && s.Behind() == 0
	})
	if !strings.HasSuffix(c.list(), "z") {
		t.Errorf("the strategies used are %s, want z at last", c.list())
	}
}

func TestWithoutRedisTheStrategyStays(t *testing.T) {
	f, server := newFleet(t)
	follower, c, _ := follow(t, server.Addr(), "one")
	mustOrder(t, f, "a")
	eventually(t, "the order", func() bool { return c.list() == "a" })
	server.SetError("away")
	eventually(t, "the outage", func() bool { return follower.Standing().Err != nil })
	server.SetError("")
	mustOrder(t, f, "b")
	eventually(t, "the next order", func() bool { return c.list() == "a b" && follower.Standing().Err == nil })
}

func TestMembersComeAndGo(t *testing.T) {
	f, server := newFleet(t)
	ids := func() string {
		all, err := f.Members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, m := range all {
			ids = append(ids, m.ID)
		}
		return strings.Join(ids, " ")
	}
	_, _, stopOne := follow(t, server.Addr(), "one")
	eventually(t, "the first", func() bool { return ids() == "one" })
	follow(t, server.Addr(), "two")
	eventually(t, "both, in the order in which they started", func() bool { return ids() == "one two" })
	stopOne()
	if got := ids(); got != "two" {
		t.Errorf("after the first has stopped, the members are %q", got)
	}

	// One of whom nothing is left is off the list, and what is no member is none.
	now := time.Now()
	server.ZAdd(prefix+"{fleet:shop}:members", float64(now.UnixMilli()), "dead")
	server.Set(prefix+"{fleet:shop}:member:odd", "{")
	server.ZAdd(prefix+"{fleet:shop}:members", float64(now.UnixMilli()), "odd")
	if got := ids(); got != "two" {
		t.Errorf("the members are %q, want two alone", got)
	}
	if left, _ := server.ZMembers(prefix + "{fleet:shop}:members"); strings.Contains(strings.Join(left, " "), "dead") {
		t.Errorf("the list still names %q", left)
	}
	for key, want := range map[string]time.Duration{"member:two": 15 * time.Second, "last:two": 10 * time.Minute} {
		if ttl := server.TTL(prefix + "{fleet:shop}:" + key); ttl <= 0 || ttl > want {
			t.Errorf("%s lives for %v, want %v", key, ttl, want)
		}
	}
}
