package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/leakline/leakline/web/guard"
)

const defaultListen = "127.0.0.1:7070"

// observerFlags are the flags of whatever serves the dashboard.
type observerFlags struct {
	listen      string
	listenGiven bool
	share       string
	dataDir     string
	open        bool
	debug       bool
	debugSelf   bool
	tokenFiles  struct{ instructor, viewer string }
}

func (f *observerFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "listen", defaultListen, "address to serve on; if the default is busy, the next free port")
	flags.StringVar(&f.share, "share", "", "address for the room's network, such as :7080: a viewers' link over plain HTTP")
	flags.StringVar(&f.dataDir, "data-dir", "", "folder for snapshots, created if missing (default a temporary one, removed at the end)")
	flags.BoolVar(&f.open, "open", false, "open the instructor's page in a browser")
	flags.BoolVar(&f.debugSelf, "debug-self", false, "serve this dashboard's own profiles to the instructor, below /self/debug/")
	flags.BoolVar(&f.debug, "debug", false, "log every event")
	flags.StringVar(&f.tokenFiles.instructor, "instructor-token-file", "", "file that holds the instructor's token")
	flags.StringVar(&f.tokenFiles.viewer, "viewer-token-file", "", "file that holds the viewers' token")
}

// check refuses what cannot work, naming the flag.
func (f *observerFlags) check() error {
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
func (f *observerFlags) tokens() (guard.Tokens, error) {
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
func (f *observerFlags) bind() (net.Listener, error) {
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
func (f *observerFlags) openDataDir() (dir string, remove func(), err error) {
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
