package target_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler/target"
)

// pprofMux is all that a stranger serves.
func pprofMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	return mux
}

func stranger(t *testing.T, cfg target.StrangerConfig, h http.Handler) *target.Stranger {
	t.Helper()
	if cfg.URL == "" {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		cfg.URL = server.URL
	}
	s, err := target.NewStranger(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestLookAtAStranger(t *testing.T) {
	for _, gc := range []bool{true, false} {
		t.Run(fmt.Sprintf("gc %v", gc), func(t *testing.T) {
			l, err := stranger(t, target.StrangerConfig{}, pprofMux()).Look(t.Context(), target.LookOptions{GC: gc})
			if err != nil {
				t.Fatal(err)
			}
			if l.Floor < 1e5 || l.Floor > 1e9 || l.FloorExact != gc || l.GCCycles < 1 || l.AllocBytes <= l.Floor/2 {
				t.Errorf("floor %v (exact %v), %v cycles, %v bytes", l.Floor, l.FloorExact, l.GCCycles, l.AllocBytes)
			}
			if l.Heap == nil || len(l.Goroutines) < 2 || l.Running < 2 || l.Took <= 0 || time.Since(l.At) > time.Minute {
				t.Errorf("%d goroutines told apart of %v, in %v", len(l.Goroutines), l.Running, l.Took)
			}
			if l.Requests == l.Requests {
				t.Errorf("%v requests, which nobody can know", l.Requests)
			}
		})
	}
}

func TestStrangerByUnixSocket(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "p.sock")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: pprofMux()}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	s := stranger(t, target.StrangerConfig{URL: "unix://" + socket}, nil)
	if n, err := s.CountGoroutines(t.Context()); err != nil || n < 2 {
		t.Errorf("%d goroutines, %v", n, err)
	}
}

func TestStrangerURLs(t *testing.T) {
	for where, want := range map[string]string{
		"http://h:1": "http://h:1", "http://h:1/": "http://h:1/", "https://h/app/debug/pprof/heap?gc=1": "https://h/app",
		"http://h:1/debug/pprof/": "http://h:1", "http://u:secret@h:1/x": "http://h:1/x", "unix:///run/p.sock:/app": "http://localhost/app",
	} {
		s, err := target.NewStranger(target.StrangerConfig{URL: where})
		if err != nil || s.URL() != want {
			t.Errorf("%s is %v, %v; want %s", where, s, err, want)
		}
	}
	for _, where := range []string{"", "h:6060", "ftp://u:secret@h/", "http://u:secret@h:port/", "unix://host/p", "http:///x"} {
		_, err := target.NewStranger(target.StrangerConfig{URL: where})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want an error without the password", where, err)
		}
	}
}

func TestStrangerHidesItsCredentials(t *testing.T) {
	asked := ""
	s := stranger(t, target.StrangerConfig{Auth: target.Auth{Bearer: "secret-token"}}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header.Get("Authorization")
		http.Error(w, "you sent "+asked, http.StatusTeapot)
	}))
	_, err := s.CountGoroutines(t.Context())
	if asked != "Bearer secret-token" || err == nil || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("asked with %q, and said %v", asked, err)
	}
	if all := fmt.Sprintf("%v %+v %#v", target.Auth{Bearer: "x1"}, target.Auth{Password: "x1"}, target.Auth{User: "x1"}); strings.Contains(all, "x1") {
		t.Errorf("printed as %s", all)
	}
}

func TestStrangerRefuses(t *testing.T) {
	tests := []struct {
		name string
		cfg  target.StrangerConfig
		h    http.HandlerFunc
		want string
	}{
		{"a page", target.StrangerConfig{}, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>hello") }, "no heap profile of Go"},
		{"nothing there", target.StrangerConfig{}, http.NotFound, "net/http/pprof"},
		{"a locked door", target.StrangerConfig{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, "--auth-file"},
		{"a locked door that is not told", target.StrangerConfig{Withheld: true}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, "127.0.0.1 is not among --auth-hosts"},
		{"a redirect", target.StrangerConfig{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/secret", 302)
		}, "http://elsewhere.example,"},
		{"a failure", target.StrangerConfig{}, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", 500) }, "broken"},
		{"too much", target.StrangerConfig{MaxBytes: 1000}, func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte("x"), 5000)) }, "1000"},
		{"too much, without a length", target.StrangerConfig{MaxBytes: 1000}, func(w http.ResponseWriter, _ *http.Request) {
			for range 50 {
				w.Write(bytes.Repeat([]byte("x"), 100))
				w.(http.Flusher).Flush()
			}
		}, "1000"},
		{"a drip", target.StrangerConfig{Timeout: 200 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		}, "200ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := stranger(t, tt.cfg, tt.h).Look(t.Context(), target.LookOptions{GC: true})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("said %v, want %q", err, tt.want)
			}
		})
	}
	t.Run("nobody", func(t *testing.T) {
		s := stranger(t, target.StrangerConfig{URL: "http://u:secret@127.0.0.1:1"}, nil)
		if _, err := s.CountGoroutines(t.Context()); err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "secret") {
			t.Errorf("said %v", err)
		}
	})
}

func FuzzTrailer(f *testing.F) {
	f.Add([]byte("heap profile: 1: 2 [3: 4] @ heap/1048576\n\n# runtime.MemStats\n# Alloc = 1\n# HeapAlloc = 2\n# NumGC = 18446744073709551616\n"))
	f.Add([]byte("\n# runtime.MemStats\n# PauseNs = [1 2]\n# HeapAlloc = -1\n"))
	f.Fuzz(func(t *testing.T, page []byte) {
		m, err := target.ParseTrailer(page)
		if err == nil && (m.HeapAlloc < 0 || m.NumGC < 0) {
			t.Errorf("%q is read as %+v", page, m)
		}
	})
}
