// Package promtest runs a private Prometheus for a test.
package promtest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A Server is a Prometheus on a free port of the loopback interface, with
// nothing stored before. It ends with its test.
type Server struct {
	URL string // "http://127.0.0.1:43210"

	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has ended
	said  strings.Builder
}

// Tool returns the path of prometheus or promtool: on the PATH, or where make
// tools has put it. It fails the test when there is none.
func Tool(tb testing.TB, name string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path := filepath.Join(moduleRoot(tb), "bin", "prometheus", "usr", "bin", name)
	if _, err := os.Stat(path); err != nil {
		tb.Fatalf("this test needs %s: run make tools, or install Prometheus 2.42 or newer", name)
	}
	return path
}

// moduleRoot is the folder of go.mod, at or above the test's own.
func moduleRoot(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.mod above the test")
		}
	}
}

// Start runs Prometheus with a configuration file, and waits until it is ready.
func Start(tb testing.TB, config string) *Server {
	tb.Helper()
	path := Tool(tb, "prometheus")
	var said string
	for range 3 { // another process may take the free port first
		s := &Server{ended: make(chan struct{})}
		err := s.start(tb, path, config)
		tb.Cleanup(s.stop)
		if err == nil {
			return s
		}
		s.stop()
		said = fmt.Sprintf("%v\n%s", err, s.said.String())
	}
	tb.Fatalf("prometheus did not start: %s", said)
	return nil
}

func (s *Server) start(tb testing.TB, path, config string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := ln.Addr().String()
	ln.Close()
	s.URL = "http://" + addr
	s.cmd = exec.Command(path, "--config.file="+config, "--storage.tsdb.path="+tb.TempDir(),
		"--web.listen-address="+addr, "--log.level=warn")
	s.cmd.Stdout, s.cmd.Stderr = &s.said, &s.said
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the kernel may end the process with the thread that started it
		endWithThread(s.cmd)
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.cmd.Wait()
		}
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	return s.await(20 * time.Second)
}

// await returns once the server is ready.
func (s *Server) await(within time.Duration) error {
	deadline := time.After(within)
	for {
		resp, err := http.Get(s.URL + "/-/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.ended:
			return fmt.Errorf("it ended: %s", s.cmd.ProcessState)
		case <-deadline:
			return fmt.Errorf("it is not ready within %v", within)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the server, which has nothing to lose. Stopping twice does no harm.
func (s *Server) stop() {
	if s.cmd.Process != nil {
		s.cmd.Process.Kill()
	}
	<-s.ended
}

// Get asks the HTTP API, such as "query", and decodes what it is told into data.
func (s *Server) Get(what string, query url.Values, data any) error {
	resp, err := http.Get(s.URL + "/api/v1/" + what + "?" + query.Encode())
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer := struct {
		Status, Error string
		Data          any
	}{Data: data}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("reading what prometheus says of %s: %w", what, err)
	}
	if answer.Status != "success" {
		return fmt.Errorf("prometheus on %s %v: %s", what, query, answer.Error)
	}
	return nil
}
