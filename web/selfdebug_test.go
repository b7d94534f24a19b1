package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/web"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

func TestOwnProfilesAreThereWhenAskedFor(t *testing.T) {
	s := newServer(t)
	listener := httptest.NewUnstartedServer(nil)
	doors, err := guard.New(guard.Config{Tokens: tokens, Hosts: []string{listener.Listener.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	open, err := web.New(web.Config{
		API: &api.API{Epoch: "e1", Archive: s.archive, Graphs: s.graphs}, Guard: doors, Log: slog.New(slog.DiscardHandler),
		Self: agent.Handler(agent.Config{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	listener.Config.Handler = open
	listener.Start()
	t.Cleanup(listener.Close)
	self := &testServer{Server: listener}
	for _, tt := range []struct {
		on    *testServer
		path  string
		token string
		want  int
	}{
		{s, "/self/debug/pprof/heap", tokens.Instructor, http.StatusNotFound},
		{self, "/self/debug/pprof/heap", tokens.Instructor, http.StatusOK},
		{self, "/self/debug/pprof/heap", tokens.Viewer, http.StatusForbidden},
		{self, "/self/debug/pprof/cmdline", tokens.Instructor, http.StatusNotFound},
		{self, "/self/debug/pprof/profile?seconds=31", tokens.Instructor, http.StatusBadRequest},
		{self, "/self/debug/leakline/sizes", tokens.Instructor, http.StatusOK},
	} {
		if resp, body := tt.on.send(t, "GET", tt.path, bearer(tt.token)); resp.StatusCode != tt.want {
			t.Errorf("GET %s: %d %.100s, want %d", tt.path, resp.StatusCode, body, tt.want)
		}
	}
}
