package web_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestOpenInPprof(t *testing.T) {
	s := newServer(t)
	for _, kind := range []string{"heap", "heap", "goroutine"} { // 1, 2 and 3
		if resp, said := s.bring(t, bearer(tokens.Instructor), file{kind + ".pb.gz", profileOf(t, kind)}); resp.StatusCode >= 300 {
			t.Fatalf("uploading: %d %s", resp.StatusCode, said)
		}
	}
	tests := []struct {
		name, path string
		status     int
		says       string
	}{
		{"a flame graph", "/pprof/1/flamegraph", 200, "web_test."},
		{"a difference", "/pprof/diff/1/2/top?si=alloc_space", 200, "alloc_space"},
		{"goroutines", "/pprof/3/top", 200, "goroutine"},
		{"pprof's link to its start", "/pprof/diff/1/2/?si=alloc_space", 303, ""},
		{"pprof's link to the file", "/pprof/1/download", 303, ""},
		{"the file of a difference, of which there is none", "/pprof/diff/1/2/download", 501, "touches files"},
		{"what opens files that a profile names", "/pprof/1/source?f=.", 501, "touches files"},
		{"what writes settings over a GET", "/pprof/1/saveconfig?config=mine", 501, "touches files"},
		{"no such view", "/pprof/1/nonsense", 404, "want flamegraph"},
		{"no such snapshot", "/pprof/99/top", 404, "99"},
		{"no such base", "/pprof/diff/99/1/top", 404, "99"},
		{"two of different kinds", "/pprof/diff/1/3/top", 400, "pprof: "},
		{"an expression that is none", "/pprof/1/top?f=(", 400, "pprof: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := s.send(t, "GET", tt.path, bearer(tokens.Viewer))
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d, want %d with %q: %.300s", resp.StatusCode, tt.status, tt.says, body)
			}
			policy := resp.Header.Get("Content-Security-Policy")
			if loose := strings.Contains(policy, "'unsafe-inline'"); loose != (resp.StatusCode == http.StatusOK) || loose && !strings.HasPrefix(policy, "sandbox allow-scripts") {
				t.Errorf("status %d under the policy %q", resp.StatusCode, policy)
			}
			if strings.Contains(policy, "allow-same-origin") {
				t.Errorf("what a profile says would run as ours: %q", policy)
			}
		})
	}
	resp, _ := s.send(t, "GET", "/pprof/diff/1/2/?si=alloc_space", bearer(tokens.Viewer))
	if got, want := resp.Header.Get("Location"), "/pprof/diff/1/2/flamegraph?si=alloc_space"; got != want {
		t.Errorf("the start is at %q, want %q", got, want)
	}
}

func TestDeletedSnapshotIsNotKeptReady(t *testing.T) {
	s := newServer(t)
	s.bring(t, bearer(tokens.Instructor), file{"heap.pb.gz", profileOf(t, "heap")})
	if resp, body := s.send(t, "GET", "/pprof/1/top", bearer(tokens.Viewer)); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	s.send(t, "DELETE", "/api/v1/snapshots/1", bearer(tokens.Instructor))
	if resp, _ := s.send(t, "GET", "/pprof/1/top", bearer(tokens.Viewer)); resp.StatusCode != 404 {
		t.Errorf("%d after it was deleted, want 404", resp.StatusCode)
	}
}
