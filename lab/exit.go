package lab

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/leakline/leakline/profiler/verdict"
)

// An ending is how a life ended.
type ending struct {
	why         string
	outOfMemory bool // of a life that was ready: its pictures tell why
	killed      bool // for want of memory, by the kernel or by us; else the runtime gave up by itself
	atLimit     bool // of its own

	verdict *verdict.Verdict // the last of that life; nil when it never ran
}

// endingOf tells the ends for want of memory apart: by the counter of the
// patient's own cgroup, by our own hand, by the kernel for the sake of all that
// is in our cgroup (elsewhere), and by Go's runtime, which could get no more.
func endingOf(p *patient, elsewhere bool) ending {
	why := describeExit(p.child)
	if by := p.fence.killed(); by != "" {
		return ending{why: by, outOfMemory: true, killed: true, atLimit: p.fence.reached()}
	}
	switch {
	case elsewhere && strings.HasPrefix(why, "signal: killed"):
		return ending{why: "killed by the kernel: out of memory in the cgroup of leakline itself", outOfMemory: true, killed: true}
	case ranOut(why):
		return ending{why: "Go's runtime got no more memory (" + why + ")", outOfMemory: true}
	}
	return ending{why: why}
}

// ranOut reports whether an exit is the runtime's for want of memory. Only its own
// words count: a panic, or an error, may speak of memory too.
func ranOut(why string) bool {
	_, words, _ := strings.Cut(why, ": ")
	fatal, ok := strings.CutPrefix(words, "fatal error: ")
	return strings.HasPrefix(words, "runtime: out of memory") ||
		ok && (strings.Contains(fatal, "out of memory") || strings.Contains(fatal, "cannot allocate memory"))
}

// describeExit says in words how a child ended: "exit 2: panic: …", "signal:
// killed", "stopped".
func describeExit(c *child) string {
	if c.wasStopped() {
		return "stopped"
	}
	var exit *exec.ExitError
	if !errors.As(c.exit, &exit) {
		if c.exit != nil {
			return c.exit.Error()
		}
		return "exit 0"
	}
	if exit.ExitCode() < 0 {
		return exit.Error() // "signal: killed"
	}
	if words := c.crashLine(); words != "" {
		return fmt.Sprintf("exit %d: %s", exit.ExitCode(), words)
	}
	return fmt.Sprintf("exit %d", exit.ExitCode())
}

// crashLine is the line in which the runtime, or the child itself, says why it
// ended; empty when there is none.
func (c *child) crashLine() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.crash
}

// isCrash reports whether a line of stderr says why a process ends.
func isCrash(line string) bool {
	for _, prefix := range []string{"panic: ", "fatal error: ", "runtime: out of memory", "leakline: "} {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	// "SIGSEGV: segmentation violation": sent by somebody, and the runtime makes an
	// exit of it.
	signal, _, ok := strings.Cut(line, ": ")
	return ok && strings.HasPrefix(signal, "SIG") && signal == strings.ToUpper(signal)
}
