package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/internal/pgtest"
)

// binary is leakline as it is shipped, built once by TestMain.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "leakline-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "leakline")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "../../cmd/leakline")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building leakline: %v\n%s", err, out)
		return 1
	}
	return pgtest.Run(m)
}

const (
	instructorToken = "instructor-token-of-the-tests"
	viewerToken     = "viewer-token-of-the-tests"
)

// A labProcess is a running leakline lab.
type labProcess struct {
	t    *testing.T
	cmd  *exec.Cmd
	base string // "http://127.0.0.1:43210"
	room string // the same for the room's network, with --share
	said *lockedBuffer
}

// startLab runs leakline lab in an empty folder and waits until it is ready.
func startLab(t *testing.T, args ...string) *labProcess { return start(t, "lab", args...) }

// start is startLab for any command that serves the dashboard.
func start(t *testing.T, command string, args ...string) *labProcess {
	t.Helper()
	l := prepare(t, command, args...)
	l.begin()
	l.ready()
	return l
}

// prepare makes a process that has not started yet.
func prepare(t *testing.T, command string, args ...string) *labProcess {
	t.Helper()
	l := &labProcess{t: t, said: new(lockedBuffer)}
	if !slices.Contains(args, "--listen") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	l.cmd = exec.Command(binary, append([]string{command}, args...)...)
	l.cmd.Dir = t.TempDir()
	l.cmd.Env = append(os.Environ(), "LEAKLINE_INSTRUCTOR_TOKEN="+instructorToken, "LEAKLINE_VIEWER_TOKEN="+viewerToken)
	l.cmd.Stderr = l.said
	return l
}

// begin starts it and waits for its links.
func (l *labProcess) begin() {
	l.t.Helper()
	stdout, err := l.cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := l.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(l.stop)
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C") {
		what, link, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		u, err := url.Parse(strings.TrimSpace(link))
		if err != nil {
			continue // not a link
		}
		switch what {
		case "instructor":
			l.base = u.Scheme + "://" + u.Host
		case "room":
			l.room = u.Scheme + "://" + u.Host
		}
	}
	if l.base == "" {
		l.t.Fatalf("leakline %s printed no link:\n%s", l.cmd.Args[1], l.said)
	}
	go io.Copy(io.Discard, stdout)
}

// ready waits until what it watches runs.
func (l *labProcess) ready() {
	l.t.Helper()
	l.eventually(20*time.Second, "the lab to be ready", func() bool {
		resp, err := http.Get(l.base + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// stop ends the lab as Ctrl-C does. Stopping it twice is once.
func (l *labProcess) stop() {
	if l.cmd.ProcessState != nil {
		return
	}
	l.cmd.Process.Signal(os.Interrupt)
	ended := make(chan error, 1)
	go func() { ended <- l.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second): // checker and Redis have three each
		l.cmd.Process.Kill()
		<-ended
		l.t.Error("leakline lab did not end within 20 s of an interrupt")
	}
	if l.t.Failed() {
		l.t.Logf("leakline said:\n%s", l.said)
	}
}

// link is the address of a page for who holds token.
func (l *labProcess) link(path, token string) string {
	u, _ := url.Parse(l.base + path)
	q := u.Query()
	q.Set("token", token)
	u.RawQuery = q.Encode()
	return u.String()
}

// api sends a request and reads the answer into out; it fails the test unless
// the status is 2xx.
func (l *labProcess) api(method, path string, in, out any) {
	l.t.Helper()
	if err := l.ask(method, path, in, out); err != nil {
		l.t.Fatal(err)
	}
}

// ask is api for who lives with an error. An out of type *[]byte takes the answer
// as it is.
func (l *labProcess) ask(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, l.base+"/api/v1/"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+instructorToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, raw)
	}
	if as, ok := out.(*[]byte); ok {
		*as = raw
	} else if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			return fmt.Errorf("%s %s: %v", method, path, err)
		}
	}
	return nil
}

// status sends a request and returns what it is answered with.
func (l *labProcess) status(method, path, body string) int {
	l.t.Helper()
	req, err := http.NewRequest(method, l.base+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+instructorToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// state is what the tests read of the lab's state.
type state struct {
	Status     string
	Generation int
	Strategy   string
	Restarts   int
	Load       struct{ Answered, Errors int }
	Figures    map[string]*float64
}

func (l *labProcess) state() (s state) {
	l.t.Helper()
	l.api(http.MethodGet, "state", nil, &s)
	return s
}

// history is what the tests read of a window.
type history struct {
	T      []int64
	Gen    []int
	Values map[string][]*float64
	Marks  []struct {
		T    int64
		Kind string
		From string
		To   string
	}
}

func (l *labProcess) history(window string) (h history) {
	l.t.Helper()
	l.api(http.MethodGet, "history?window="+window, nil, &h)
	return h
}

// eventually polls until ok, and fails the test when that takes too long even
// for a busy machine.
func (l *labProcess) eventually(within time.Duration, what string, ok func() bool) {
	l.t.Helper()
	within = patient(within)
	deadline := time.Now().Add(within)
	for !ok() {
		if time.Now().After(deadline) {
			l.t.Fatalf("waited %v for %s", within, what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// A lockedBuffer is written by a process and read by a test.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
