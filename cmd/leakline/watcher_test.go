package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/profiler/discovery"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/web/api"
)

// watchWith runs a watcher to the end of the test.
func watchWith(t *testing.T, w *watcher) *api.API {
	t.Helper()
	o, err := newObserver(observerFlags{listen: "127.0.0.1:0", listenGiven: true}, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	w.o, w.pace, o.api.Fleet.Watches = o, target.NewPace(), true
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("watching: %v", err)
		}
		o.close()
	})
	return o.api
}

// A door is a service that wants a secret and notes what it is shown.
type door struct {
	*httptest.Server
	mu    sync.Mutex
	shown []string
}

func newDoor(t *testing.T, answer http.HandlerFunc) *door {
	d := new(door)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.shown = append(d.shown, r.Header.Get("Authorization"))
		d.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(d.Close)
	return d
}

// asked returns what was shown so far.
func (d *door) asked() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.shown...)
}

func closed(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// register writes a member as anybody who reaches Redis can.
func register(t *testing.T, server *miniredis.Miniredis, id, url string) {
	t.Helper()
	text, err := json.Marshal(fleet.Member{ID: id, URL: url, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	server.Set("{fleet:default}:member:"+id, string(text))
	server.ZAdd("{fleet:default}:members", 1, id)
}

// Whoever writes to Redis names any address: the secret that opens every
// checker is sent to those alone that whoever runs us has named, and nowhere by
// a redirect.
func TestTheSecretGoesWhereItMay(t *testing.T) {
	elsewhere := newDoor(t, closed)
	named, fake, allowed := newDoor(t, closed), newDoor(t, closed), newDoor(t, closed)
	turned := newDoor(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	server := miniredis.RunT(t)
	register(t, server, "fake", fake.URL)
	register(t, server, "allowed", strings.Replace(allowed.URL, "127.0.0.1", "localhost", 1))
	register(t, server, "socket", "unix:///run/docker.sock")
	checkers, err := fleet.Open(server.Addr(), "", fleet.DefaultName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { checkers.Close() })
	hosts, err := target.ParseAuthHosts("localhost")
	if err != nil {
		t.Fatal(err)
	}
	a := watchWith(t, &watcher{
		auth: target.Auth{Bearer: "secret"}, hosts: hosts,
		sources: []discovery.Source{discovery.List{named.URL, turned.URL}, checkerSource{checkers}},
	})
	for _, tt := range []struct {
		name string
		door *door
		want string
	}{{"named", named, "Bearer secret"}, {"that redirects", turned, "Bearer secret"}, {"allowed", allowed, "Bearer secret"}, {"fake", fake, ""}} {
		eventually(t, "several questions to the one "+tt.name, func() bool { return len(tt.door.asked()) > 3 })
		for _, got := range tt.door.asked() {
			if got != tt.want {
				t.Errorf("the service %s was shown %q, want %q", tt.name, got, tt.want)
			}
		}
	}
	if got := elsewhere.asked(); len(got) > 0 {
		t.Errorf("a redirect was followed, with %q", got)
	}
	all := a.Targets.All()
	if len(all) != 4 {
		t.Fatalf("%d services are watched, want 4 and no socket", len(all))
	}
	for _, one := range all {
		if is := one.Where == fake.URL; one.Withheld != is {
			t.Errorf("the secret is withheld from %s: %v, want %v", one.Where, one.Withheld, is)
		} else if is {
			eventually(t, "what is missing", func() bool { return strings.Contains(one.Life().LastExit, "127.0.0.1 is not among --auth-hosts") })
		}
	}
}

// What is named as well is told; what is named no more is made to forget.
func TestTheSecretFollowsTheList(t *testing.T) {
	service := newDoor(t, closed)
	source := &changing{services: []discovery.Service{{URL: service.URL}}}
	w := &watcher{auth: target.Auth{Bearer: "secret"}, sources: []discovery.Source{source}, every: 20 * time.Millisecond}
	watchWith(t, w)
	for _, named := range []bool{false, true, false} {
		source.say(discovery.Service{URL: service.URL, Named: named})
		want := map[bool]string{true: "Bearer secret"}[named]
		eventually(t, "a question with "+want, func() bool {
			all := service.asked()
			return len(all) > 0 && all[len(all)-1] == want
		})
	}
}

// A process that is killed, taken off the list and back at its place is the one
// that was there before, restarted.
func TestWhoeverComesBackIsTheSame(t *testing.T) {
	var allocated atomic.Int64
	allocated.Store(1 << 30)
	service := newDoor(t, func(w http.ResponseWriter, r *http.Request) {
		n := allocated.Add(1000)
		if r.URL.Path != "/debug/pprof/heap" || n < 0 {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "heap profile: 0: 0 [0: 0] @ heap/1048576\n\n# runtime.MemStats\n# HeapAlloc = 5\n# NextGC = 9\n# TotalAlloc = %d\n# NumGC = 7\n", n)
	})
	source := &changing{services: []discovery.Service{{URL: service.URL}}}
	a := watchWith(t, &watcher{sources: []discovery.Source{source}, every: 20 * time.Millisecond})
	running := func() bool {
		all := a.Targets.All()
		return len(all) == 1 && all[0].Life().Status == target.Running
	}
	eventually(t, "it running", running)
	before := a.Targets.All()[0]
	allocated.Store(math.MinInt64)
	source.say()
	eventually(t, "it gone", func() bool { _, gone := before.Gone(); return gone && before.Life().Status == target.BackingOff })
	if checks, ok := a.Ready(); !ok || checks["services"] != "none found yet" {
		t.Errorf("with nobody listed: ready %v, %v", ok, checks)
	}
	allocated.Store(1 << 20)
	source.say(discovery.Service{URL: service.URL})
	eventually(t, "it back", func() bool { _, gone := before.Gone(); return !gone && running() })
	if after := a.Targets.All()[0]; after != before || after.Life().Restarts != 1 {
		t.Errorf("it came back as %s with %d restarts, want the same with 1", after.ID, after.Life().Restarts)
	}
}

func TestListedServicesComeFirst(t *testing.T) {
	w := &watcher{watched: map[string]*watched{"http://gone": {}, "http://0": {}}}
	var found []discovery.Service
	for i := range maxAttached + 5 {
		found = append(found, discovery.Service{URL: fmt.Sprintf("http://%d", i)})
	}
	found = append(found, discovery.Service{URL: "http://unknown", Since: time.Now()}, discovery.Service{URL: "http://gone", Since: time.Now()})
	for _, tt := range []struct {
		name          string
		found         []discovery.Service
		watched, over int
		first, last   string
	}{
		{"more than there is room for", found, maxAttached, 5, "http://0", "http://99"},
		{"room for what is gone", found[maxAttached-2:], 8, 0, "http://98", "http://gone"},
		{"room for one more", append(found[:maxAttached-1:maxAttached-1], found[maxAttached+5:]...), maxAttached, 0, "http://0", "http://gone"},
	} {
		services, over := w.choose(tt.found)
		if len(services) != tt.watched || over != tt.over || services[0].URL != tt.first || services[len(services)-1].URL != tt.last {
			t.Errorf("%s: %d are watched, from %s to %s, and %d not; want %d, from %s to %s, and %d", tt.name, len(services), services[0].URL,
				services[len(services)-1].URL, over, tt.watched, tt.first, tt.last, tt.over)
		}
	}
}

// A changing source says what it was told to last.
type changing struct {
	mu       sync.Mutex
	services []discovery.Service
}

func (*changing) Name() string { return "changing" }

func (c *changing) say(services ...discovery.Service) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.services = services
}

func (c *changing) Look(context.Context) ([]discovery.Service, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.services, nil
}
