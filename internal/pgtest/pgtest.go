// Package pgtest runs a private PostgreSQL for the tests of one package.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

// owner is the superuser of the server, who needs no password.
const owner = "leakline"

// shared is the server of this test binary, started by the first test that
// needs one.
var shared = sync.OnceValues(start)

// Main is a package's TestMain: it runs the tests and ends what they started.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run does the same for a TestMain that has more to do, and returns the exit
// code.
func Run(m *testing.M) int {
	code := m.Run()
	if used {
		if s, err := shared(); err == nil {
			s.stop()
		}
	}
	return code
}

var databases atomic.Int64 // made so far

var used bool // a test has asked for the server; written before shared is called

// Database returns the URL of a new and empty database, dropped with its test.
// It fails the test when there is no PostgreSQL, and starts one that ends in
// Main.
func Database(tb testing.TB) string {
	tb.Helper()
	used = true
	s, err := shared()
	if err != nil {
		tb.Fatalf("this test needs PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	s.exec(tb, "CREATE DATABASE "+name)
	tb.Cleanup(func() { s.exec(tb, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.url(name)
}

// A server is one PostgreSQL on a free port of the loopback interface, without
// durability.
type server struct {
	dir    string
	port   string
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has ended
	output strings.Builder
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%s/%s?sslmode=disable", owner, s.port, database)
}

func start() (*server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "leakline-pg-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, ended: make(chan struct{})}
	if err := s.launch(bin); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// binaries is the folder of initdb and postgres: on the PATH, or where Debian
// has it.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("there is no initdb on the PATH and none below /usr/lib/postgresql: install PostgreSQL 13 or newer")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// launch starts the server from a thread that lives as long as it does: where
// the kernel can, it ends the one with the other.
func (s *server) launch(bin string) error {
	as, err := unprivileged(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = s.dir, as
	postgres := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-h", "127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	postgres.Dir, postgres.SysProcAttr = s.dir, as
	postgres.Stdout, postgres.Stderr = &s.output, &s.output
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		if said, err := initdb.CombinedOutput(); err != nil {
			started <- fmt.Errorf("initdb: %w: %s", err, said)
			return
		}
		var err error
		if s.port, err = freePort(); err != nil { // now: initdb takes seconds, in which others find it too
			started <- err
			return
		}
		postgres.Args = append(postgres.Args, "-p", s.port)
		err = postgres.Start()
		started <- err
		if err == nil {
			postgres.Wait()
			close(s.ended)
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	s.cmd = postgres
	return s.await()
}

// await returns once the server answers.
func (s *server) await() error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("postgres ended at once: %s", s.output.String())
		case <-ctx.Done():
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *server) exec(tb testing.TB, statement string) {
	tb.Helper()
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// stop ends the server, which has nothing to lose, and removes its files.
func (s *server) stop() {
	if s.cmd != nil {
		s.cmd.Process.Signal(os.Interrupt) // "fast shutdown": ends its own children too
		select {
		case <-s.ended:
		case <-time.After(10 * time.Second):
			s.cmd.Process.Kill()
			<-s.ended
		}
	}
	os.RemoveAll(s.dir)
}

func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	return port, err
}
