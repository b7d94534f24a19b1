package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/web/guard"
)

const defaultListen = "127.0.0.1:7070"

// labFlags are the flags of leakline lab.
type labFlags struct {
	listen      string
	listenGiven bool
	share       string
	dataDir     string
	open        bool
	debug       bool
	memoryLimit string
	tokenFiles  struct{ instructor, viewer string }
	lab         lab.Config
}

func (f *labFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "listen", defaultListen, "address to serve on; if the default is busy, the next free port")
	flags.StringVar(&f.share, "share", "", "address for the room's network, such as :7080: a viewers' link over plain HTTP")
	flags.StringVar(&f.dataDir, "data-dir", "", "folder for snapshots and the database, created if missing (default a temporary one, removed at the end)")
	flags.StringVar(&f.lab.Redis, "redis", "", "URL of a Redis to use, or host:port,host:port of a Cluster (default a private redis-server, else miniredis)")
	flags.StringVar(&f.lab.RedisPrefix, "redis-prefix", "", `before every key in a Redis given by --redis (default "leakline:")`)
	flags.StringVar(&f.lab.Database, "database", "", "postgres:// URL or SQLite file of the risky users (default a private SQLite file)")
	flags.BoolVar(&f.lab.Seed, "seed", false, "fill the database given by --database, if its table is empty")
	flags.IntVar(&f.lab.Users, "users", 1_000_000, "users that pay")
	flags.IntVar(&f.lab.RiskyUsers, "risky-users", 10_000, "of them, risky")
	flags.Float64Var(&f.lab.RPS, "rps", 100, "payments per second")
	flags.Float64Var(&f.lab.RiskyShare, "risky-share", 0.1, "share of payments made by risky users, 0 to 1")
	flags.StringVar(&f.lab.Strategy, "strategy", "set-per-request", "strategy to start with")
	flags.IntVar(&f.lab.CheckerCPUs, "checker-cpus", 1, "GOMAXPROCS of the checker")
	flags.StringVar(&f.memoryLimit, "memory-limit", "0", "memory the checker may have; 0 is no limit, and all that can be asked for so far")
	flags.BoolVar(&f.open, "open", false, "open the instructor's page in a browser")
	flags.BoolVar(&f.debug, "debug", false, "log every event")
	flags.StringVar(&f.tokenFiles.instructor, "instructor-token-file", "", "file that holds the instructor's token")
	flags.StringVar(&f.tokenFiles.viewer, "viewer-token-file", "", "file that holds the viewers' token")
}

// check refuses what cannot work, naming the flag.
func (f *labFlags) check() error {
	switch {
	case f.lab.Users < 2:
		return fmt.Errorf("--users %d: want at least 2", f.lab.Users)
	case f.lab.CheckerCPUs < 1:
		return fmt.Errorf("--checker-cpus %d: want at least 1", f.lab.CheckerCPUs)
	case f.memoryLimit != "0":
		return fmt.Errorf("--memory-limit %s: limits are not enforced yet, only 0 (none) is possible", f.memoryLimit)
	case f.lab.Seed && f.lab.Database == "":
		return errors.New("--seed is for a database given by --database; the private one is always filled")
	}
	if _, _, err := net.SplitHostPort(f.share); f.share != "" && err != nil {
		return fmt.Errorf("--share %q: want host:port or :port, such as :7080", f.share)
	}
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil {
		return fmt.Errorf("--listen %q: want host:port, such as %s", f.listen, defaultListen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen %q: only loopback addresses, because what the instructor does must not leave this machine in the clear", f.listen)
	}
	return nil
}

// tokens come from the environment or from files, never from arguments, which
// others can read; else they are made.
func (f *labFlags) tokens() (guard.Tokens, error) {
	instructor, err := token(twin("instructor-token"), f.tokenFiles.instructor)
	if err != nil {
		return guard.Tokens{}, err
	}
	viewer, err := token(twin("viewer-token"), f.tokenFiles.viewer)
	if err != nil {
		return guard.Tokens{}, err
	}
	t := guard.Tokens{Instructor: instructor, Viewer: viewer}
	return t, t.Check()
}

func token(env, file string) (string, error) {
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading a token: %w", err)
		}
		return strings.TrimSpace(string(raw)), nil
	}
	if t, ok := os.LookupEnv(env); ok {
		return t, nil
	}
	return guard.NewToken(), nil
}

// bind listens on the address; when the default one is busy, on the next free
// port.
func (f *labFlags) bind() (net.Listener, error) {
	l, err := net.Listen("tcp", f.listen)
	if err == nil || f.listenGiven {
		if err != nil {
			return nil, fmt.Errorf("--listen: %w", err)
		}
		return l, nil
	}
	host, _, _ := net.SplitHostPort(f.listen)
	for port := 7071; port < 7171; port++ {
		if l, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(port))); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no free port from %s on: %w", f.listen, err)
}

// openDataDir makes the folder, or a temporary one with what removes it.
func (f *labFlags) openDataDir() (dir string, remove func(), err error) {
	if f.dataDir == "" {
		dir, err = os.MkdirTemp("", "leakline-")
		if err != nil {
			return "", nil, fmt.Errorf("making a data folder: %w", err)
		}
		return dir, func() { os.RemoveAll(dir) }, nil
	}
	if err := os.MkdirAll(f.dataDir, 0o700); err != nil {
		return "", nil, fmt.Errorf("--data-dir: %w", err)
	}
	probe, err := os.CreateTemp(f.dataDir, ".writable-*")
	if err != nil {
		return "", nil, fmt.Errorf("--data-dir %s cannot be written to: %w", f.dataDir, err)
	}
	probe.Close()
	os.Remove(probe.Name())
	return f.dataDir, func() {}, nil
}

// hosts are the names under which a browser on this machine reaches l.
func hosts(l net.Listener) []string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var list []string
	for _, h := range []string{"127.0.0.1", "::1", "localhost"} {
		list = append(list, net.JoinHostPort(h, port))
	}
	return append(list, l.Addr().String())
}

// newEpoch names one observer run: short, and never the same twice.
func newEpoch(now time.Time) string { return fmt.Sprintf("%x", now.UnixNano()) }
