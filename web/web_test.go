package web_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
	"github.com/leakline/leakline/web/live"
)

// executable is leakline, for the children of a lab.
var executable string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "leakline-web-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	executable = filepath.Join(dir, "leakline")
	build := exec.Command("go", "build", "-trimpath", "-o", executable, "../cmd/leakline")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building leakline: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

var tokens = guard.Tokens{Instructor: "instructor-0123456789", Viewer: "viewer-0123456789abc"}

// A testServer is a server over a lab whose checker has not been started. All
// it answers over the network is held against the contract.
type testServer struct {
	*httptest.Server
	web     *web.Server
	archive *archive.Archive
	graphs  *archive.Archive // of heap graphs
	folder  string           // of the archive
	lab     *lab.Lab
	hub     *live.Hub
	api     *api.API
	target  *api.Target
}

// publishRoom sends what changes in the room to the end of the test.
func (s *testServer) publishRoom(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.PublishRoom(ctx, s.target) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("publishing the room: %v", err)
		}
	})
}

func newServer(t testing.TB) *testServer {
	t.Helper()
	folder := t.TempDir()
	kept, err := archive.Open(folder, archive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	graphs, err := archive.Open(t.TempDir(), archive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { graphs.Close() })
	hub := live.NewHub(live.Config{Epoch: "e1", Target: lab.TargetID})
	l, err := lab.New(t.Context(), lab.Config{
		Executable: executable, DataDir: t.TempDir(), Epoch: "e1", Archive: kept, Graphs: graphs, Sink: hub,
		RPS: 50, RiskyShare: 0.1, RiskyUsers: 100, Users: 1000,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	s := &testServer{archive: kept, graphs: graphs, folder: folder, lab: l, hub: hub, target: api.LabTarget(l, hub)}
	s.Server = httptest.NewUnstartedServer(nil)
	doors, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{s.Listener.Addr().String()}, Guesses: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	a := &api.API{Epoch: "e1", Started: time.Now(), Archive: kept, Graphs: graphs}
	a.Targets.Add(s.target)
	s.api = a
	s.web, err = web.New(web.Config{
		API:   a,
		Guard: doors, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = mustLoad(t).Between(t, s.web)
	s.Start()
	t.Cleanup(s.Close)
	t.Cleanup(hub.Close)
	return s
}

// A sent request; with changes it before it goes.
func (s *testServer) send(t testing.TB, method, path string, with func(*http.Request)) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if with != nil {
		with(req)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}
