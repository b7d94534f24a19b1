package lab

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

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
	return false
}
