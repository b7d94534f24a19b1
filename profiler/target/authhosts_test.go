package target_test

import (
	"testing"

	"github.com/leakline/leakline/profiler/target"
)

func TestAuthHosts(t *testing.T) {
	const fleet = "Shop-1, *.checkers.internal,10.1.0.0/16 ,192.0.2.7,fd00::/8,[2001:db8::1]"
	for _, tt := range []struct {
		list, url string
		want      bool
	}{
		{target.Loopback, "http://127.0.0.1:8080", true},
		{target.Loopback, "http://127.9.9.9:1", true},
		{target.Loopback, "http://[::1]:8080", true},
		{target.Loopback, "http://[::ffff:127.0.0.1]:8080", true},
		{target.Loopback, "https://LOCALHOST.:8080/app", true},
		{target.Loopback, "http://10.0.0.1:8080", false},
		{target.Loopback, "http://localhost.evil.example", false},
		{target.Loopback, "http://localhost@evil.example", false},
		{target.Loopback, "http://evil.example/127.0.0.1", false},
		{target.Loopback, "http://0.0.0.0:8080", false},
		{target.Loopback, "http://2130706433:8080", false},
		{target.Loopback, "unix:///run/p.sock", false},
		{target.Loopback, "127.0.0.1:8080", false},
		{"", "http://127.0.0.1:8080", false},
		{fleet, "http://shop-1:8080", true},
		{fleet, "http://shop-10:8080", false},
		{fleet, "http://a.b.checkers.internal", true},
		{fleet, "http://checkers.internal", false},
		{fleet, "http://evilcheckers.internal", false},
		{fleet, "http://10.1.255.1", true},
		{fleet, "http://10.2.0.1", false},
		{fleet, "http://192.0.2.7:99", true},
		{fleet, "http://[fd00::9%25eth0]:1", true},
		{fleet, "http://[2001:db8::1]", true},
		{fleet, "http://127.0.0.1", false},
	} {
		hosts, err := target.ParseAuthHosts(tt.list)
		if err != nil {
			t.Fatal(err)
		}
		if got := hosts.Allow(tt.url); got != tt.want {
			t.Errorf("%q allows %s: %v, want %v", tt.list, tt.url, got, tt.want)
		}
	}
	for _, list := range []string{"*", "*.", "a.*", "http://a", "a:80", "10.0.0.0/33", "a,b c", "10.1", "a,.b", "fe80::1%eth0"} {
		if _, err := target.ParseAuthHosts(list); err == nil {
			t.Errorf("%q is taken", list)
		}
	}
}

// Whatever somebody writes, only hosts of this machine are taken for it.
func FuzzAuthHosts(f *testing.F) {
	for _, url := range []string{"http://127.0.0.1:1", "http://localhost@evil.example", "http://[::1]:1", "http://evil.example#127.0.0.1"} {
		f.Add(url)
	}
	hosts, err := target.ParseAuthHosts(target.Loopback)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if !hosts.Allow(url) {
			return
		}
		s, err := target.NewStranger(target.StrangerConfig{URL: url})
		if err != nil {
			t.Fatalf("%q is allowed and cannot be watched: %v", url, err)
		}
		if way := s.Way(); !hosts.Allow(way.Base.String()) {
			t.Errorf("%q is allowed, and %q is what would be asked", url, way.Base)
		}
	})
}
