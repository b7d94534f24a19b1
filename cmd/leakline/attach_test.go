package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// Each flag has a twin in the environment, also one without which no service
// would be named. What is wrong with it comes after that.
func TestAttachTakesItsSourcesFromTheEnvironment(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for _, tt := range []struct{ name, value, want string }{
		{"LEAKLINE_REDIS", miniredis.RunT(t).Addr(), "--listen: "},
		{"LEAKLINE_FILE_SD", filepath.Join(t.TempDir(), "none.json"), "--file-sd: "},
		{"LEAKLINE_SHARD", "1/2", "no service is named"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv(tt.name, tt.value)
			if _, err := run(t, "attach", "--listen", busy.Addr().String()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("attach by %s=%s: %v, want %q", tt.name, tt.value, err, tt.want)
			}
		})
	}
}

func TestAttachRefusals(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, "no service is named"},
		{"too many", strings.Fields(strings.Repeat("http://h:1 ", 101)), "101 services are named"},
		{"too many for two", append(strings.Fields(strings.Repeat("http://h:1 ", 201)), "--shard", "1/2"), "want 200 at most"},
		{"no shard", []string{"http://h:1", "--shard", "3/2"}, "--shard: "},
		{"no hosts", []string{"http://h:1", "--auth-hosts", "http://h"}, "--auth-hosts: "},
	} {
		if _, err := run(t, append([]string{"attach"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
