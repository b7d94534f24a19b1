package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A scripted source says one thing after the other, then the last for ever.
type scripted struct {
	name string
	says []func() ([]Service, error)
}

func (s *scripted) Name() string { return s.name }

func (s *scripted) Look(context.Context) ([]Service, error) {
	say := s.says[0]
	if len(s.says) > 1 {
		s.says = s.says[1:]
	}
	return say()
}

func urls(list ...string) func() ([]Service, error) {
	return func() ([]Service, error) { return List(list).Look(context.Background()) }
}

func broken() ([]Service, error) { return nil, errors.New("broken") }

func urlsOf(f Found) string {
	var all []string
	for _, s := range f.Services {
		if !s.Since.IsZero() {
			s.URL = "(" + s.URL + ")"
		}
		all = append(all, s.URL)
	}
	return strings.Join(all, " ")
}

func TestRunTellsOfChangesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		var failing []bool
		ctx, cancel := context.WithCancel(t.Context())
		sources := []Source{
			List{"http://a"},
			&scripted{"b", []func() ([]Service, error){
				urls("http://b", "http://a"), urls("http://b", "http://a"), broken, broken, urls("http://b", "http://a"), urls(),
			}},
		}
		done := make(chan error)
		go func() {
			done <- Run(ctx, Config{Sources: sources, Changed: func(f Found) {
				told, failing = append(told, urlsOf(f)), append(failing, f.Sources[len(f.Sources)-1].Err != nil)
			}})
		}()
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if want := []string{"http://a", "http://a http://b", "http://a http://b", "http://a http://b", "http://a (http://b)"}; !reflect.DeepEqual(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if want := []bool{false, false, true, false, false}; !reflect.DeepEqual(failing, want) {
			t.Errorf("failing %v, want %v", failing, want)
		}
	})
}

// What one source says of a service must not be lost because another was first.
func TestWhoeverIsNamedAnywhereIsNamed(t *testing.T) {
	all := union([][]Service{{{URL: "http://a"}, {URL: "http://b"}}, {{URL: "http://b", Named: true}}, {{URL: "http://b"}}})
	if want := []Service{{URL: "http://a"}, {URL: "http://b", Named: true}}; !reflect.DeepEqual(all, want) {
		t.Errorf("together %v, want %v", all, want)
	}
}

// When a source was looked at last moves though it says the same for ever.
func TestRunTellsOfEachLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		changes, began := 0, time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		defer cancel()
		err := Run(ctx, Config{
			Sources: []Source{List{"http://a"}, &scripted{"b", []func() ([]Service, error){broken}}},
			Changed: func(Found) { changes++ },
			Looked: func(states []State) {
				if last := states[len(states)-1]; len(states) == 2 && last.Err != nil {
					at = append(at, last.At.Sub(began))
				}
			},
		})
		if want := []time.Duration{0, 0, 5 * time.Second, 5 * time.Second, 10 * time.Second}; err != nil || !reflect.DeepEqual(at, want) || changes != 2 {
			t.Errorf("looked at %v, with %d changes and %v; want %v and 2", at, changes, err, want)
		}
	})
}

// A service that vanishes is kept for the grace, is itself when it comes back,
// and what vanished last comes first.
func TestWhatVanishesIsKeptForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type told struct {
			at   time.Duration
			says string
		}
		var all []told
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := Run(ctx, Config{
			Sources: []Source{&scripted{"redis", []func() ([]Service, error){
				urls("http://a", "http://b", "http://c"), urls("http://b", "http://c"), urls(), urls("http://a"),
			}}},
			Every:   time.Minute,
			Changed: func(f Found) { all = append(all, told{time.Since(began), urlsOf(f)}) },
		})
		want := []told{
			{0, "http://a http://b http://c"}, {time.Minute, "http://b http://c (http://a)"}, {2 * time.Minute, "(http://b) (http://c) (http://a)"},
			{3 * time.Minute, "http://a (http://b) (http://c)"}, {12 * time.Minute, "http://a"},
		}
		if err != nil || !reflect.DeepEqual(all, want) {
			t.Errorf("told %v, %v, want %v", all, err, want)
		}
	})
}

// Whoever fills a list and empties it again fills no memory.
func TestWhatVanishedIsBounded(t *testing.T) {
	gone, now := vanished{grace: time.Hour}, time.Unix(0, 0)
	for i := range 10 {
		var many []Service
		for n := range 150 {
			many = append(many, Service{URL: fmt.Sprintf("http://%d-%d", i, n)})
		}
		if all := gone.after(many, now); len(all) > 150+maxVanished || all[0].URL != many[0].URL {
			t.Fatalf("%d are known", len(all))
		}
	}
	if all := gone.after(nil, now); len(all) != maxVanished || all[0].URL != "http://9-0" {
		t.Errorf("%d are kept, the first %v", len(all), all[0])
	}
}

func TestFile(t *testing.T) {
	tests := []struct {
		name, raw string
		want      []Service
		wantErr   string
	}{
		{name: "as Prometheus has it", raw: `[{"targets":["a:1","[::1]:2"],"labels":{"env":"prod","__meta_x":"y"}},{"targets":["c:3"],"labels":{"__scheme__":"https"}}]`,
			want: []Service{{URL: "http://a:1", Labels: map[string]string{"env": "prod"}, Named: true}, {URL: "http://[::1]:2", Labels: map[string]string{"env": "prod"}, Named: true}, {URL: "https://c:3", Named: true}}},
		{name: "no group", raw: `[]`},
		{name: "an object", raw: `{}`, wantErr: `want [{"targets"`},
		{name: "YAML", raw: "- targets: [a:1]", wantErr: `want [{"targets"`},
		{name: "a URL", raw: `[{"targets":["http://a:1"]}]`, wantErr: "want host:port"},
		{name: "a password", raw: `[{"targets":["u:p@a:1"]}]`, wantErr: "want host:port"},
		{name: "no port", raw: `[{"targets":["a"]}]`, wantErr: `group 1: target "a"`},
		{name: "another scheme", raw: `[{"targets":["a:1"],"labels":{"__scheme__":"ftp"}}]`, wantErr: "want http or https"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "fleet.json")
			if err := os.WriteFile(path, []byte(tt.raw), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := File(filepath.Join(filepath.Dir(path), "*.json")).Look(t.Context())
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) || !strings.Contains(err.Error(), "fleet.json") {
					t.Errorf("error %v, want %q and the file's name", err, tt.wantErr)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if _, err := File(filepath.Join(t.TempDir(), "none.json")).Look(t.Context()); err == nil {
		t.Error("a file that is not there is an empty fleet")
	}
}

// A fakeResolver answers what it is told to.
type fakeResolver struct {
	ips   []netip.Addr
	srv   []*net.SRV
	err   error
	asked int
}

func (f *fakeResolver) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	f.asked++
	return f.ips, f.err
}

func (f *fakeResolver) LookupSRV(context.Context, string, string, string) (string, []*net.SRV, error) {
	f.asked++
	return "", f.srv, f.err
}

func TestDNS(t *testing.T) {
	now := time.Unix(0, 0)
	fake := &fakeResolver{ips: []netip.Addr{netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("::ffff:10.0.0.1"), netip.MustParseAddr("::1")}}
	d, ok, err := ParseDNS("dns+checkers.example:8080")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	d.resolver, d.now = fake, func() time.Time { return now }
	look := func() string {
		services, err := d.Look(t.Context())
		if err != nil {
			return err.Error()
		}
		return urlsOf(Found{Services: services})
	}
	const all = "http://10.0.0.1:8080 http://10.0.0.2:8080 http://[::1]:8080"
	if got := look(); got != all {
		t.Errorf("got %s, want %s", got, all)
	}
	fake.ips = fake.ips[:1]
	if got := look(); got != all || fake.asked != 1 {
		t.Errorf("asked %d times within half a minute: %s", fake.asked, got)
	}
	now = now.Add(time.Minute)
	if got := look(); got != "http://10.0.0.2:8080" {
		t.Errorf("after a minute: %s", got)
	}
	now, fake.err = now.Add(time.Minute), &net.DNSError{Name: "checkers.example", Err: "no such host", Server: "192.0.2.53:53"}
	if got := look(); got != "looking up checkers.example: no such host" {
		t.Errorf("a failure is %q", got)
	}

	d, _, err = ParseDNS("dnssrv+_pprof._tcp.example")
	if err != nil {
		t.Fatal(err)
	}
	if services, err := (&DNS{host: "a", port: "1", resolver: &fakeResolver{ips: []netip.Addr{netip.MustParseAddr("::1")}}, now: time.Now}).Look(t.Context()); err != nil || !services[0].Named {
		t.Errorf("the address of a host that is named: %v, %v", services, err)
	}
	d.resolver, d.now = &fakeResolver{srv: []*net.SRV{{Target: "b.example.", Port: 2}, {Target: "a.example.", Port: 1}}}, time.Now
	if got := look(); got != "http://a.example:1 http://b.example:2" {
		t.Errorf("service records: %s", got)
	}
	if services, err := d.Look(t.Context()); err != nil || services[0].Named {
		t.Errorf("what a service record says: %v, %v, want it not taken for named", services, err)
	}

	for name, is := range map[string]bool{
		"http://a:1": false, "dns+a": true, "dns+a:b": true, "dns+a:0": true, "dns+http://a:1": true, "dnssrv+a": true, "dnssrv+_a._tcp.b:1": true,
	} {
		if _, ok, err := ParseDNS(name); ok != is || is && err == nil {
			t.Errorf("ParseDNS(%q): is DNS %v, error %v", name, ok, err)
		}
	}
}

func TestDNSOfThisMachine(t *testing.T) {
	d, _, err := ParseDNS("dns+localhost:6060")
	if err != nil {
		t.Fatal(err)
	}
	services, err := d.Look(t.Context())
	if err != nil || len(services) == 0 {
		t.Fatalf("localhost: %v, %v", services, err)
	}
}

// Whatever a file says, each service is a URL of a host and a port.
func FuzzFile(f *testing.F) {
	f.Add([]byte(`[{"targets":["a:1","[::1]:2"],"labels":{"env":"prod","__scheme__":"https"}}]`))
	f.Add([]byte(`[{"targets":["u:p@a:1/x?y#z"]}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		services, err := ParseFile(raw)
		if err != nil {
			return
		}
		for _, s := range services {
			u, err := url.Parse(s.URL)
			if err == nil && (u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "") {
				t.Errorf("%q is more than a host and a port", s.URL)
			}
		}
	})
}
