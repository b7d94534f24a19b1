package fleet_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/internal/redistest"
)

// The same code serves one checker and hundreds: each applies every order, and
// one reader sees them all.
func TestTwoHundredFollowOneStream(t *testing.T) {
	const followers, orders = 200, 20
	addr := redistest.Start(t).Addr
	f := open(t, addr)
	var crews []*crew
	var all []*fleet.Follower
	for i := range followers {
		fl, c, _ := follow(t, addr, fmt.Sprintf("checker-%03d", i))
		crews, all = append(crews, c), append(all, fl)
	}
	present := func() []fleet.Member {
		all, err := f.Members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	within(t, time.Minute, "all of them", func() bool { return len(present()) == followers })
	within(t, time.Minute, "a first look by each", func() bool { // who looks later begins with the latest order
		return !slices.ContainsFunc(all, func(fl *fleet.Follower) bool { return fl.Standing().Contact.IsZero() })
	})
	began := time.Now()
	var last fleet.Order
	want := ""
	for i := range orders {
		last = mustOrder(t, f, fmt.Sprintf("s%d", i))
		want += fmt.Sprintf(" s%d", i)
	}
	within(t, time.Minute, "the last order everywhere", func() bool {
		return !slices.ContainsFunc(present(), func(m fleet.Member) bool { return m.Behind(last) })
	})
	t.Logf("%d orders applied by %d followers and told of within %v", orders, followers, time.Since(began).Round(time.Millisecond))
	for i, c := range crews {
		if got := " " + c.list(); got != want {
			t.Errorf("follower %d has applied%s, want%s", i, got, want)
		}
	}
}
