package redisurl_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker/redisurl"
)

func TestParse(t *testing.T) {
	tests := []struct {
		where    string
		addrs    []string
		cluster  bool
		user, pw string
		db       int
		tls      bool
	}{
		{where: "localhost:6379", addrs: []string{"localhost:6379"}},
		{where: "redis://10.0.0.1", addrs: []string{"10.0.0.1:6379"}},
		{where: "redis://u:p%40,w@h:1/3", addrs: []string{"h:1"}, user: "u", pw: "p@,w", db: 3},
		{where: "rediss://h:1", addrs: []string{"h:1"}, tls: true},
		{where: "unix:///tmp/redis.sock", addrs: []string{"/tmp/redis.sock"}},
		{where: "a:1,b:2,[::1]:3", addrs: []string{"a:1", "b:2", "[::1]:3"}, cluster: true},
		{where: "rediss://:p@a:1,b:2?client_name=x", addrs: []string{"a:1", "b:2"}, cluster: true, pw: "p", tls: true},
		{where: "redis://a:1?cluster=true", addrs: []string{"a:1"}, cluster: true},
	}
	for _, tt := range tests {
		t.Run(tt.where, func(t *testing.T) {
			o, err := redisurl.Parse(tt.where)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(o.Addrs, tt.addrs) || o.IsClusterMode != tt.cluster || o.Username != tt.user ||
				o.Password != tt.pw || o.DB != tt.db || (o.TLSConfig != nil) != tt.tls {
				t.Errorf("read %v cluster %v user %q password %q db %d tls %v", o.Addrs, o.IsClusterMode, o.Username, o.Password, o.DB, o.TLSConfig != nil)
			}
			client := redisurl.NewClient(o)
			defer client.Close()
			if _, cluster := client.(*redis.ClusterClient); cluster != tt.cluster {
				t.Errorf("the client is a %T", client)
			}
		})
	}
}

// With a server name, every node of a cluster would have to show the first
// one's certificate.
func TestEachNodeOfAClusterHasItsOwnName(t *testing.T) {
	for where, want := range map[string]*tls.Config{"rediss://a:1": {ServerName: "a"}, "rediss://a:1,b:2": {}} {
		o, err := redisurl.Parse(where)
		if err != nil || o.TLSConfig == nil || o.TLSConfig.ServerName != want.ServerName {
			t.Errorf("%s: TLS %+v, %v, want the name %q", where, o.TLSConfig, err, want.ServerName)
		}
	}
}

func TestParseRefusesWithoutThePassword(t *testing.T) {
	for _, where := range []string{
		"redis://u:hush@h:port", "redis://u:hush@h:1/x", "redis://u:hu%zzsh@h:1", "http://u:hush@h",
		"redis://u:hush@a:1,b:2/3", "redis://u:hush@a:1?cluster=no", "redis://u:hush@a:1?unknown=1", "redis://u:hush@a b",
		"redis://u:hush@a:1,b", "redis://u:hush@a:1,,b:2",
	} {
		if o, err := redisurl.Parse(where); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", where, o.Addrs)
		} else if strings.Contains(err.Error(), "hu") && !strings.Contains(err.Error(), "%zz") {
			t.Errorf("the password is in %q", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a:1,b:2", "redis://u:p@h:1/3?cluster=true", "://", "redis://,", "redis://@,/?#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, where string) {
		if o, err := redisurl.Parse(where); err == nil && len(o.Addrs) == 0 {
			t.Errorf("Parse(%q) names no address and no error", where)
		}
	})
}
