package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/leakline/leakline/internal/redistest"
)

// startMember runs a checker of a fleet.
func startMember(t *testing.T, listen, redis, database string) *exec.Cmd {
	t.Helper()
	c := exec.Command(binary, "checker", "--listen", listen, "--redis", redis, "--database", database)
	c.Env = append(os.Environ(), "LEAKLINE_CHECKER_TOKEN="+checkerToken)
	said := new(bytes.Buffer)
	c.Stderr = said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
		if t.Failed() {
			t.Logf("a checker said:\n%s", said)
		}
	})
	return c
}

// Checkers that share a Redis are found there, switched from the fleet's page,
// and say who has followed; without Redis the page keeps what it knew.
func TestAFleetOfCheckersIsSwitchedFromItsPage(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	redis, database := "redis://"+server.Addr, filepath.Join(t.TempDir(), "risky-users.db")
	listen := redistest.FreeAddr(t)
	first := startMember(t, listen, redis, database)
	startMember(t, "127.0.0.1:0", redis, database)
	auth := filepath.Join(t.TempDir(), "auth")
	if err := os.WriteFile(auth, []byte(checkerToken), 0o600); err != nil {
		t.Fatal(err)
	}
	l := prepare(t, "attach", "--redis", redis, "--auth-file", auth)
	l.begin()
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/fleet", instructorToken)))
	p.until(20*time.Second, `document.querySelectorAll('[data-member]').length === 2`)
	p.until(20*time.Second, `document.querySelectorAll('[data-instance]').length === 2`)
	p.until(20*time.Second, `[...document.querySelectorAll('[data-instance] .dot')].every((dot) => dot.textContent === 'running')`)

	order := func(strategy string) {
		t.Helper()
		eval[string](p, `document.querySelector('[data-fleet-switch] select').value = '`+strategy+`'`)
		p.click(`[data-fleet-switch] button`)
	}
	order("local-snapshot")
	p.until(15*time.Second, `document.querySelector('[data-swap=checkers]').textContent.includes('All 2 have applied it.')`)
	p.until(15*time.Second, `[...document.querySelectorAll('[data-member]')].every((row) => row.textContent.includes('local-snapshot'))`)
	p.save("checkers")

	// One is killed: nobody knows that it does not decide any more. Another takes
	// its place: it begins with the latest order.
	first.Process.Kill()
	first.Wait()
	p.until(40*time.Second, `document.querySelector('[data-swap=checkers]').textContent.includes('1 of 2 not heard of: it may decide by another.')
		&& [...document.querySelectorAll('[data-member]')].filter((row) => row.textContent.includes('not heard of for')).length === 1`)
	startMember(t, listen, redis, database)
	p.until(40*time.Second, `[...document.querySelectorAll('[data-member]')].filter((row) => row.textContent.includes('local-snapshot')).length === 2
		&& document.querySelector('[data-swap=checkers]').textContent.includes('All 2 have applied it.')`)

	server.Stop()
	p.until(20*time.Second, `document.querySelector('[data-swap=checkers]').textContent.includes('Redis cannot be asked')`)
	if n := eval[int](p, `document.querySelectorAll('[data-member]').length`); n != 2 {
		t.Errorf("without Redis %d checkers are known, want the 2 that were", n)
	}
	order("list-scan")
	p.until(15*time.Second, `document.querySelector('[data-fleet-status]').textContent.includes('not given for certain')`)
	p.expect("503")
	if said := l.said.String(); strings.Contains(said, checkerToken) {
		t.Error("the observer logs the checkers' token")
	}
}
