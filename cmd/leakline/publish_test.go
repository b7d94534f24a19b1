package main

import (
	"encoding/json"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/internal/redistest"
)

func TestPublishReportsWhatItTook(t *testing.T) {
	dsn, server := filepath.Join(t.TempDir(), "x.db"), redistest.Start(t)
	store, err := riskyusers.Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Seed(t.Context(), riskyusers.Population{Users: 5000, Risky: 3000}); err != nil {
		t.Fatal(err)
	}
	args := []string{"publish", "--redis", server.Addr, "--database", dsn, "--buckets", "4"}
	out, err := run(t, append(args, "--json")...)
	if err != nil {
		t.Fatal(err)
	}
	var r publishReport
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	if r.Users != 3000 || r.Buckets != 4 || r.Seconds <= 0 || r.PeakHeapBytes <= 0 || r.BytesPerUser == nil || *r.BytesPerUser < 20 || *r.BytesPerUser > 200 {
		t.Errorf("reported %s", out)
	}
	if runtime.GOOS == "linux" && (r.PeakRSSBytes == nil || *r.PeakRSSBytes < r.PeakHeapBytes) {
		t.Errorf("resident memory is reported as %v, want more than the heap's %d bytes", r.PeakRSSBytes, r.PeakHeapBytes)
	}
	if out, err = run(t, args...); err != nil || !strings.Contains(out, "3000 risky users published in ") || !strings.Contains(out, " in 4 buckets\n") {
		t.Errorf("for people: %q, %v", out, err)
	}
}

func TestPublishRefusals(t *testing.T) {
	for _, tt := range []struct {
		why  string
		args []string
		want string
	}{
		{"no power of two", []string{"--buckets", "3"}, "--buckets: 3 buckets: want 1, 2, 4"},
		{"no such database", []string{"--database", "mysql://h/x"}, "--database: "},
		{"no Redis", []string{"--redis", "127.0.0.1:1", "--database", filepath.Join(t.TempDir(), "x.db")}, "taking the updater's lock"},
	} {
		if _, err := run(t, append([]string{"publish"}, tt.args...)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.why, err, tt.want)
		}
	}
}
