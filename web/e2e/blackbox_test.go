package e2e_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The lesson's picture: memory rises to its limit, the process is killed, and
// rises again. The page stays, leads with the death, and the black box names the
// line.
func TestTheSawtoothAndItsBlackBox(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, "--memory-limit", "128MiB", "--strategy", "audit-forever")
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(60*time.Second, `/^Killed at \d\d:\d\d:\d\d\.$/.test(document.querySelector('[data-note-lead]')?.textContent)`)
	p.until(5*time.Second, `document.querySelector('[data-note-text]').textContent.includes('128\u00a0MiB')`)
	p.until(5*time.Second, `[...document.querySelectorAll('[data-happened] tr')].some((row) => row.textContent.includes('the checker ended: killed by the'))`)
	p.until(20*time.Second, `document.querySelector('[data-generation]').textContent >= '2' && document.querySelector('[data-status]').textContent === 'running'`)

	var state struct {
		OOMKills int `json:"oom_kills"`
		Fence    string
		Limits   struct {
			MemoryLimit int64 `json:"memory_limit"`
		}
		Death *struct{ Why, Base, Head string }
	}
	l.api("GET", "state", nil, &state)
	if state.OOMKills < 1 || state.Death == nil || state.Limits.MemoryLimit != 128<<20 || state.Fence == "" {
		t.Fatalf("state %+v, want a death at the limit", state)
	}
	p.do(chromedp.Click(chromedp.CSS(`[data-note-compare]`)))
	// A busy machine has Redis answer too late: then the Set is built from SQL.
	p.until(20*time.Second, `location.pathname === '/diff' && /newRiskySet|setPerRequest\)\.miss/.test(document.querySelector('h1')?.textContent)`)
	p.until(10*time.Second, `document.querySelectorAll('[data-icicle-graph] [role=treeitem]').length > 3`)

	l.api("PUT", "limits", map[string]any{"memory_limit": 0}, nil)
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	p.until(20*time.Second, `document.querySelector('[data-limit=memory_limit]')?.value === '0'`)
}
