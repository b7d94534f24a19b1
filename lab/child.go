package lab

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const (
	helloTimeout = 20 * time.Second // for a child to say where it listens
	stopGrace    = 3 * time.Second  // between asking a child to end and killing it
	maxHello     = 64 << 10         // bytes
)

// A childSpec says what to start. The configuration goes through stdin, never
// through arguments, which others can read; stdin stays open while we live, so
// a child that sees it close knows that we are gone.
type childSpec struct {
	name   string
	path   string
	args   []string
	env    []string
	config any      // sent as one line of JSON
	file   *os.File // the child's descriptor 3; nil for none
	log    *slog.Logger
}

// A child is a process of ours. Its stdout is one line of JSON, its hello.
type child struct {
	spec    childSpec
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	hello   []byte
	started time.Time

	done    chan struct{} // closed when the process has ended and exit is set
	exit    error
	stopped bool // we asked for the end; set before done is closed

	mu        sync.Mutex
	crash     string // the line of its stderr that says why it ended
	lastWords string // the last line of its stderr
}

// startChild starts a process and waits for its hello. A child that does not
// say hello is killed and its own words are the error.
func startChild(ctx context.Context, spec childSpec) (*child, error) {
	c := &child{spec: spec, cmd: exec.Command(spec.path, spec.args...), done: make(chan struct{})}
	c.cmd.Env = append(childEnv(os.Environ()), spec.env...)
	c.cmd.SysProcAttr = dieWithParent()
	if spec.file != nil {
		c.cmd.ExtraFiles = []*os.File{spec.file}
	}
	stdin, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the %s: %w", spec.name, err)
	}
	c.stdin = stdin
	// Pipes of our own: Wait must not close them before they are read out.
	stdout, stdoutW, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("starting the %s: %w", spec.name, err)
	}
	defer stdout.Close()
	stderr, stderrW, err := os.Pipe()
	if err != nil {
		stdoutW.Close()
		return nil, fmt.Errorf("starting the %s: %w", spec.name, err)
	}
	c.cmd.Stdout, c.cmd.Stderr = stdoutW, stderrW
	err = c.run(stderr)
	stdoutW.Close()
	stderrW.Close()
	if err != nil {
		stderr.Close()
		return nil, fmt.Errorf("starting the %s: %w", spec.name, err)
	}
	if err := c.greet(ctx, stdout); err != nil {
		return nil, fmt.Errorf("starting the %s: %w%s", spec.name, err, c.giveUp(err))
	}
	return c, nil
}

// run starts the process and sees to its end.
func (c *child) run(stderr *os.File) error {
	exited := make(chan error, 1)
	c.started = time.Now()
	if err := startLocked(c.cmd, exited); err != nil {
		return err
	}
	listened := make(chan struct{})
	go func() {
		defer close(listened)
		c.listen(stderr)
	}()
	go func() {
		c.exit = <-exited
		c.stdin.Close()
		// A grandchild may hold stderr open; its words are not worth waiting for.
		select {
		case <-listened:
		case <-time.After(time.Second):
		}
		stderr.Close()
		close(c.done)
	}()
	return nil
}

// greet sends the configuration and reads the hello.
func (c *child) greet(ctx context.Context, stdout *os.File) error {
	line, err := json.Marshal(c.spec.config)
	if err != nil {
		return err
	}
	if _, err := c.stdin.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("sending its configuration: %w", err)
	}
	stdout.SetReadDeadline(time.Now().Add(helloTimeout))
	stop := context.AfterFunc(ctx, func() { stdout.SetReadDeadline(time.Now()) })
	defer stop()
	c.hello, err = bufio.NewReader(io.LimitReader(stdout, maxHello)).ReadBytes('\n')
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("it did not say where it listens within %v", helloTimeout)
	case err != nil:
		return errNoHello
	}
	return nil
}

// errNoHello reports that a child closed its stdout, as a rule by ending.
var errNoHello = errors.New("it ended before it said where it listens")

// giveUp ends a child that gave no hello and returns what is known of why, as
// ": why". One that is ending by itself is given the time to, or our kill would
// be all there is to tell.
func (c *child) giveUp(err error) string {
	if err == errNoHello {
		select {
		case <-c.done:
			return ": " + c.obituary()
		case <-time.After(2 * time.Second):
		}
	}
	c.kill()
	<-c.done
	if words := c.inItsWords(); words != "" {
		return ": " + words
	}
	return ""
}

// obituary is describeExit with the child's last words where it exited without
// saying why.
func (c *child) obituary() string {
	how := describeExit(c)
	if words := c.inItsWords(); c.crashLine() == "" && words != "" && strings.HasPrefix(how, "exit ") {
		return how + ": " + words
	}
	return how
}

// listen keeps of what the child says on stderr what explains its end. The
// line that does may stand between a life's log and a hundred stacks.
func (c *child) listen(stderr io.Reader) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(make([]byte, 4<<10), 1<<20)
	for lines.Scan() {
		line := lines.Text()
		c.spec.log.Debug("child says", "child", c.spec.name, "line", line)
		c.mu.Lock()
		c.lastWords = line
		if c.crash == "" && isCrash(line) {
			c.crash = line
		}
		c.mu.Unlock()
	}
	io.Copy(io.Discard, stderr) // a line beyond the buffer must not block the child
}

// inItsWords returns the line that says why the child ended, or its last one.
func (c *child) inItsWords() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.crash, c.lastWords)
}

// stop asks the child to end and kills it if it does not.
func (c *child) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	interrupt(c.cmd.Process)
	c.stdin.Close()
	select {
	case <-c.done:
	case <-time.After(stopGrace):
		c.kill()
		<-c.done
	}
}

func (c *child) kill() { c.cmd.Process.Kill() }

func (c *child) wasStopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// childEnv drops what would make a lesson behave differently from machine to
// machine, and our own settings, which hold tokens.
func childEnv(env []string) []string {
	dropped := []string{"GODEBUG=", "GOGC=", "GOMEMLIMIT=", "GOMAXPROCS=", "GOTRACEBACK=", "GORACE=", "LEAKLINE_"}
	var kept []string
next:
	for _, kv := range env {
		for _, prefix := range dropped {
			if strings.HasPrefix(kv, prefix) {
				continue next
			}
		}
		kept = append(kept, kv)
	}
	return kept
}
