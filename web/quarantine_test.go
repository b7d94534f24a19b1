package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// Whoever asks for a snapshot that has changed on disk is told, and so is
// whoever looks after this dashboard.
func TestASnapshotThatChangedIsToldOf(t *testing.T) {
	s := newServer(t)
	if _, err := s.archive.Save(profiler.Snapshot{Target: "checker", Kind: "heap"}, []byte("captured")); err != nil {
		t.Fatal(err)
	}
	const row = "set aside, not whole"
	if _, page := s.send(t, "GET", "/debug/self", asInstructor); strings.Contains(page, row) {
		t.Errorf("the page says %q of nothing", row)
	}
	if err := os.WriteFile(filepath.Join(s.folder, "1.pb.gz"), []byte("capturee"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{"has changed on disk", "no such snapshot"} {
		resp, body := s.send(t, "GET", "/api/v1/snapshots/1/profile.pb.gz", asInstructor)
		if resp.StatusCode != 404 || !strings.Contains(body, says) {
			t.Errorf("status %d, %s, want 404 and %q", resp.StatusCode, body, says)
		}
	}
	if _, page := s.send(t, "GET", "/debug/self", asInstructor); !strings.Contains(page, row) {
		t.Errorf("the page does not say %q", row)
	}
}
