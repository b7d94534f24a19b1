// Package redistest runs a private redis-server for a test.
package redistest

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// A Server is a redis-server on a free port of the loopback interface, empty
// and without persistence. It ends with its test.
type Server struct {
	Addr string

	tb  testing.TB
	cmd *exec.Cmd
}

// Start fails the test when there is no redis-server on the PATH.
func Start(tb testing.TB) *Server {
	tb.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Fatal("this test needs redis-server on the PATH: install Redis 6.2 or newer")
	}
	var said string
	for range 3 { // another process may take the free port first
		s := &Server{Addr: FreeAddr(tb), tb: tb}
		if said, err = s.start(path); err == nil {
			tb.Cleanup(s.Stop)
			return s
		}
	}
	tb.Fatalf("redis-server did not start: %v\n%s", err, said)
	return nil
}

// start waits for the server to say that it is ready, and returns what it said.
func (s *Server) start(path string, more ...string) (string, error) {
	_, port, _ := net.SplitHostPort(s.Addr)
	s.cmd = exec.Command(path, append([]string{"--bind", "127.0.0.1", "--port", port,
		"--save", "", "--appendonly", "no", "--dir", s.tb.TempDir()}, more...)...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := s.cmd.Start(); err != nil {
		return "", err
	}
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&said, lines.Text())
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			go func() { // until the server closes its end; a full pipe would stop it
				for lines.Scan() {
				}
			}()
			return said.String(), nil
		}
	}
	return said.String(), fmt.Errorf("it ended: %w", s.cmd.Wait())
}

// Stop ends the server, frozen or not. Stopping twice does no harm.
func (s *Server) Stop() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// FreeAddr returns a loopback address where nobody listens.
func FreeAddr(tb testing.TB) string {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
