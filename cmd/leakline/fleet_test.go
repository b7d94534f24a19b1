package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/leakline/leakline/checker/fleet"
)

// run runs the command line and returns what it printed.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := newCommand()
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestFleetIsSwitchedAndListed(t *testing.T) {
	server := miniredis.RunT(t)
	redis := "--redis=" + server.Addr()
	if out, err := run(t, "fleet", "status", redis); err != nil || !strings.Contains(out, "fleet default: 0 checkers, nothing ordered yet") {
		t.Errorf("an empty fleet: %q, %v", out, err)
	}
	out, err := run(t, "fleet", "switch", "local-snapshot", redis, "--by", "a test")
	if err != nil || out != "generation 1 of fleet default is local-snapshot\napplied by 0 checkers\n" {
		t.Errorf("switching nobody: %q, %v", out, err)
	}

	text, err := json.Marshal(fleet.Member{ID: "shop-1", URL: "http://shop-1:8080", Strategy: "list-scan", Failed: "unknown strategy", Updater: true, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	server.Set("leakline:{fleet:default}:member:shop-1", string(text))
	server.ZAdd("leakline:{fleet:default}:members", 1, "shop-1")
	var found *faultFound
	out, err = run(t, "fleet", "switch", "redis-sismember", redis, "--wait", "1ms")
	if !errors.As(err, &found) || !strings.Contains(out, "1 of 1 checker behind after 1ms") {
		t.Errorf("switching a checker that does not follow: %q, %v, want exit code 1", out, err)
	}
	out, err = run(t, "fleet", "status", redis)
	if !errors.As(err, &found) {
		t.Errorf("somebody is behind: %v, want exit code 1", err)
	}
	for _, want := range []string{"1 checker, 1 behind; generation 2 is redis-sismember", "shop-1", "http://shop-1:8080",
		"list-scan", "publishes the risky users; failed: unknown strategy"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table lacks %q:\n%s", want, out)
		}
	}
	var m muster
	out, _ = run(t, "fleet", "status", redis, "--json")
	if err := json.Unmarshal([]byte(out), &m); err != nil || m.Latest.Generation != 2 || len(m.Members) != 1 || !m.Members[0].Behind {
		t.Errorf("as JSON: %+v, %v from %s", m, err, out)
	}
}

// A replica that takes over may not have heard of the latest order.
func TestAnOrderThatIsLostMeanwhileIsTold(t *testing.T) {
	server := miniredis.RunT(t)
	f, err := fleet.Open(server.Addr(), "", "shop")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := awaitFleet(t.Context(), f, fleet.Order{Generation: 7}, time.Millisecond)
	if err != nil || m.Latest.Generation != 0 {
		t.Errorf("%+v, %v, want that the order is not there", m, err)
	}
}

func TestFleetRefusals(t *testing.T) {
	for _, tt := range []struct {
		why  string
		args []string
		want string
	}{
		{"no such strategy", []string{"fleet", "switch", "best"}, "want one of set-per-request, "},
		{"no name for a fleet", []string{"fleet", "status", "--fleet", "A B"}, "want 1 to 63 small letters"},
		{"no Redis", []string{"fleet", "status", "--redis", "127.0.0.1:1"}, "latest order"},
		{"a URL with a password", []string{"checker", "--listen", "127.0.0.1:0", "--advertise", "http://u:secret@h:1"}, "without a password"},
	} {
		if _, err := run(t, tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.why, err, tt.want)
		}
	}
}

func TestAdvertised(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	for _, tt := range []struct {
		given string
		at    net.IP
		redis string
		want  string
	}{
		{"", net.IPv4(127, 0, 0, 1), defaultRedis, "http://127.0.0.1:8080"},
		{"", net.IPv6loopback, "unix:///run/redis.sock", "http://[::1]:8080"},
		{"", net.IPv4(127, 0, 0, 1), "localhost:7001,127.0.0.1:7002", "http://127.0.0.1:8080"},
		{"", net.IPv4(127, 0, 0, 1), "localhost:7001,redis-2:7002", ""}, // every host would be listed there
		{"", net.IPv6loopback, "rediss://10.0.0.7:6379", ""},
		{"http://shop-1", net.IPv4(127, 0, 0, 1), "redis-1:6379", "http://shop-1"},
		{"", net.ParseIP("fd00::1"), "redis-1:6379", "http://[fd00::1]:8080"},
		{"https://shop.example", net.IPv4zero, defaultRedis, "https://shop.example"},
	} {
		at.IP = tt.at
		if got, err := advertised(tt.given, at, tt.redis); got != tt.want || err != nil {
			t.Errorf("advertised(%q, %v, %q) = %q, %v, want %q", tt.given, at, tt.redis, got, err, tt.want)
		}
	}
	at.IP = net.IPv6unspecified
	if got, err := advertised("", at, "redis-1:6379"); err != nil || strings.Contains(got, "::") {
		t.Errorf("listening everywhere is advertised as %q, %v, want the host's name", got, err)
	}
}

// A checker that Redis no longer hears of goes on deciding, nobody knows how.
func TestASilentCheckerIsBehind(t *testing.T) {
	server := miniredis.RunT(t)
	redis := "--redis=" + server.Addr()
	text, err := json.Marshal(fleet.Member{ID: "shop-1", URL: "http://shop-1:8080", Strategy: "list-scan", Generation: 1, Updater: true, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	server.Set("leakline:{fleet:default}:last:shop-1", string(text))
	server.SetTTL("leakline:{fleet:default}:last:shop-1", 9*time.Minute)
	server.ZAdd("leakline:{fleet:default}:members", 1, "shop-1")
	var found *faultFound
	out, err := run(t, "fleet", "status", redis)
	if !errors.As(err, &found) || !strings.Contains(out, "1 checker, 1 not heard of, nothing ordered yet") {
		t.Errorf("before the first order: %q, %v, want exit code 1", out, err)
	}
	out, err = run(t, "fleet", "switch", "redis-sismember", redis, "--wait", "1ms")
	if !errors.As(err, &found) {
		t.Errorf("switching: %v, want exit code 1", err)
	}
	for _, want := range []string{"1 of 1 checker behind after 1ms", "not heard of, and may decide by another strategy: shop-1",
		"1 behind, 1 not heard of; generation 1", "not heard of for 60 s"} {
		if !strings.Contains(out, want) {
			t.Errorf("switching says nothing of %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "publishes") {
		t.Errorf("it is said to publish:\n%s", out)
	}
	out, _ = run(t, "fleet", "status", redis, "--json")
	if !strings.Contains(out, `"silent_s": 60`) || !strings.Contains(out, `"behind": true`) {
		t.Errorf("as JSON: %s", out)
	}

	// It may be reached by others, so it goes on being watched, after the rest.
	text, _ = json.Marshal(fleet.Member{ID: "shop-2", URL: "http://shop-2:8080", At: time.Now()})
	server.Set("leakline:{fleet:default}:member:shop-2", string(text))
	server.ZAdd("leakline:{fleet:default}:members", 2, "shop-2")
	f, err := fleet.Open(server.Addr(), defaultPrefix, fleet.DefaultName)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	services, err := checkerSource{f}.Look(t.Context())
	if err != nil || len(services) != 2 || services[0].URL != "http://shop-2:8080" || services[1].URL != "http://shop-1:8080" {
		t.Errorf("found %+v, %v, want shop-2 and shop-1", services, err)
	}
}
