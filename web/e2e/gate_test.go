package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	netpprof "net/http/pprof"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"testing"
)

var kept [][]byte

func keep(size int) { kept = append(kept, make([]byte, size)) }

// snapshotOf writes what go tool pprof would fetch.
func snapshotOf(t *testing.T, name string) string {
	t.Helper()
	runtime.GC()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := pprof.WriteHeapProfile(f); err != nil {
		t.Fatal(err)
	}
	return path
}

// A build can be stopped by what grew between two profiles, files or not.
func TestDiffIsAGate(t *testing.T) {
	base := snapshotOf(t, "base.pb.gz")
	keep(32 << 20)
	head := snapshotOf(t, "head.pb.gz")
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", netpprof.Index)
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, tt := range []struct {
		head, over string
		want       int
	}{
		{head, "10MB", 1}, {head, "64MiB", 0}, {server.URL, "10MB", 1}, {server.URL + "/debug/pprof/heap?gc=1", "1GB", 0},
	} {
		cmd := exec.Command(binary, "diff", "--json", "--fail-over", tt.over, base, tt.head)
		out, err := cmd.Output()
		if code := cmd.ProcessState.ExitCode(); code != tt.want {
			t.Errorf("over %s of %s: exit code %d (%v), want %d", tt.over, tt.head, code, err, tt.want)
		}
		var report struct{ Sites []struct{ Function string } }
		if err := json.Unmarshal(out, &report); err != nil || len(report.Sites) == 0 || report.Sites[0].Function != "github.com/leakline/leakline/web/e2e_test.keep" {
			t.Errorf("the first site is %+v, %v", report.Sites, err)
		}
	}
	runtime.KeepAlive(kept)
}
