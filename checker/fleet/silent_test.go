package fleet_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/internal/redistest"
)

// A cable leads to a server until it is cut. It can be mended.
type cable struct {
	addr, to string

	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

func lay(t *testing.T, to string) *cable {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{addr: ln.Addr().String(), to: to, conns: make(map[net.Conn]bool)}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { c.carry(near) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		c.set(true)
		wg.Wait()
	})
	return c
}

func (c *cable) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer far.Close()
	c.mu.Lock()
	if c.cut {
		c.mu.Unlock()
		return
	}
	c.conns[near], c.conns[far] = true, true
	c.mu.Unlock()
	var wg sync.WaitGroup
	for _, ends := range [][2]net.Conn{{near, far}, {far, near}} {
		wg.Go(func() {
			io.Copy(ends[0], ends[1])
			near.Close()
			far.Close()
		})
	}
	wg.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, near)
	delete(c.conns, far)
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut = cut; !cut {
		return
	}
	for conn := range c.conns {
		conn.Close()
	}
}

// One that is cut off from Redis goes on deciding by the strategy before. It is
// behind, not gone.
func TestAMemberThatIsCutOffIsBehind(t *testing.T) {
	server := redistest.Start(t)
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer rdb.Close()
	f, line := open(t, server.Addr), lay(t, server.Addr)
	follow(t, server.Addr, "one")
	follow(t, server.Addr, "two")
	_, lost, _ := follow(t, line.addr, "three")
	says := func(latest fleet.Order) string {
		all, err := f.Members(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var each []string
		for _, m := range all {
			if m.Behind(latest) {
				m.ID += " is behind"
			}
			each = append(each, m.ID)
		}
		slices.Sort(each) // some may have started in the same millisecond
		return strings.Join(each, ", ")
	}
	first := mustOrder(t, f, "a")
	eventually(t, "the first order everywhere", func() bool { return says(first) == "one, three, two" })

	line.set(true)
	member := prefix + "{fleet:shop}:member:three"
	eventually(t, "its silence", func() bool { // 15 s later
		rdb.PExpire(t.Context(), member, time.Millisecond)
		return rdb.Exists(t.Context(), member).Val() == 0
	})
	second := mustOrder(t, f, "b")
	eventually(t, "the others to follow", func() bool { return says(second) == "one, three is behind, two" })
	if got := lost.list(); got != "a" {
		t.Errorf("the one that is cut off has applied %q", got)
	}
	rdb.PExpire(t.Context(), prefix+"{fleet:shop}:last:three", 9*time.Minute)
	all, err := f.Members(t.Context())
	if i := slices.IndexFunc(all, func(m fleet.Member) bool { return m.Silent >= time.Minute && m.Silent < 3*time.Minute }); i < 0 || all[i].ID != "three" {
		t.Errorf("when nine minutes of ten are left: %+v, %v, want one that has been silent for a minute", all, err)
	}

	line.set(false)
	eventually(t, "its return", func() bool { return says(second) == "one, three, two" && lost.list() == "a b" })
}

func TestALifeThatHasASuccessorIsNotMissed(t *testing.T) {
	f, server := newFleet(t)
	now := time.Now()
	write := func(id, url string, started, at time.Time, heard bool) {
		text := fmt.Sprintf(`{"id":%q,"url":%q,"started":%q,"at":%q}`, id, url, started.Format(time.RFC3339Nano), at.Format(time.RFC3339Nano))
		server.Set(prefix+"{fleet:shop}:last:"+id, text)
		server.SetTTL(prefix+"{fleet:shop}:last:"+id, 9*time.Minute)
		if heard {
			server.Set(prefix+"{fleet:shop}:member:"+id, text)
		}
		server.ZAdd(prefix+"{fleet:shop}:members", float64(started.UnixMilli()), id)
	}
	hour, minute := now.Add(-time.Hour), now.Add(-time.Minute)
	write("shop-1-aaaaaa", "http://shop-1:8080", hour, minute, false) // killed, and started again
	write("shop-1-bbbbbb", "http://shop-1:8080", now, now, true)
	write("shop-2-aaaaaa", "http://shop-2:8080", hour, minute, false) // another was there before
	write("shop-2-bbbbbb", "http://shop-2:8080", hour.Add(-time.Second), now, true)
	write("shop-3-aaaaaa", "http://shop:8080", hour, minute, false) // behind one address with another host
	write("shop-4-aaaaaa", "http://shop:8080", now, now, true)
	all, err := f.Members(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	silent := ""
	for _, m := range all {
		if m.Silent > 0 {
			silent += " " + m.ID
		}
	}
	if silent != " shop-2-aaaaaa shop-3-aaaaaa" || len(all) != 5 {
		t.Errorf("of %d members these are silent:%s", len(all), silent)
	}
}
