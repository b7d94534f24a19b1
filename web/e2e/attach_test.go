package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// serveStranger starts a small service that serves net/http/pprof and no more.
// The tests' own process would do, but looking at it takes long, and attach looks
// the more seldom the longer that takes.
func serveStranger(t *testing.T) string {
	t.Helper()
	url, _ := startService(t, "stranger")
	return url
}

// Services that know nothing of leakline are watched side by side: each has its
// own charts, snapshots and verdict, and nothing is offered that only a lab can.
func TestAttach(t *testing.T) {
	t.Parallel() // it waits more than it works
	one, two := serveStranger(t), serveStranger(t)
	l := start(t, "attach", one, two, "http://127.0.0.1:1")
	first, second := strings.TrimPrefix(one, "http://"), strings.TrimPrefix(two, "http://")
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	p.until(15*time.Second, `Number(document.querySelector('[data-strip=memory]').dataset.yMax) > 0`)
	p.until(15*time.Second, `/\d/.test(document.querySelector('li[data-column=floor] [data-value]').textContent)`)
	if n := eval[int](p, `document.querySelectorAll('[data-strategy-name], [data-do=restart], [data-do=reset], [data-strip=requests]').length`); n != 0 {
		t.Errorf("%d controls or charts that only a lab has", n)
	}

	// What only an agent tells is left out, and said.
	p.until(5*time.Second, `document.querySelector('[data-mem-note]').textContent.includes("told by leakline's agent")`)
	p.click("[data-sizes] summary")
	p.until(5*time.Second, `document.querySelector('[data-sizes-note]').textContent.includes("leakline's agent alone")`)
	p.save("attached")

	p.click("[data-do=gc]")
	p.until(10*time.Second, `document.querySelector('[data-control-status]').textContent === 'GC forced.'`)
	p.click("[data-do=snapshot]")
	p.until(10*time.Second, `/^Snapshot \d+ taken/.test(document.querySelector('[data-control-status]').textContent)`)

	p.do(chromedp.Navigate(l.link("/?target="+second, instructorToken)))
	p.until(10*time.Second, `document.body.dataset.target === '`+second+`'`)
	p.until(10*time.Second, `document.querySelector('[data-target-link="`+first+`"]:not([aria-current])')`)
	p.until(15*time.Second, `document.querySelector('[data-target-link="127.0.0.1:1"] .dot.down')`)

	var kept struct {
		Snapshots []struct{ Target, Reason string }
	}
	l.eventually(15*time.Second, "a snapshot of the second", func() bool {
		l.api("GET", "snapshots?target="+second, nil, &kept)
		return len(kept.Snapshots) > 0
	})
	for _, s := range kept.Snapshots {
		if s.Target != second || s.Reason == "manual" {
			t.Errorf("%+v is listed among the snapshots of %s", s, second)
		}
	}
	l.eventually(60*time.Second, "a verdict on both", func() bool {
		var all struct {
			Targets []struct{ ID, Verdict string }
		}
		l.api("GET", "targets", nil, &all)
		return len(all.Targets) == 3 && all.Targets[0].Verdict != "" && all.Targets[1].Verdict != "" && all.Targets[2].Verdict == ""
	})
	p.until(15*time.Second, `document.querySelector('[data-verdict-word]').textContent.trim() !== 'not judged yet'`)

	req, err := http.NewRequest("PUT", l.base+"/api/v1/strategy?target="+first, strings.NewReader(`{"name":"list-scan"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+instructorToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusConflict {
		t.Errorf("switching a strategy of a stranger: status %d, want 409", resp.StatusCode)
	}
	p.expect("501") // of the size classes, which the browser logs
}

// The call tree is walked by keys, and a link reopens it as it was.
func TestTheCallTreeByKeys(t *testing.T) {
	t.Parallel()
	l := startLab(t)
	time.Sleep(3 * time.Second) // in which the requests allocate far more than the start did
	l.api("POST", "snapshots", map[string]any{}, nil)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/diff?base=1&head=2&sample=alloc_space", instructorToken)))
	p.until(10*time.Second, `document.querySelectorAll('[data-icicle-graph] [role=treeitem]').length > 5`)
	p.until(5*time.Second, `document.querySelector('[data-icicle-graph] .own.up')`)
	press := func(key string) {
		eval[bool](p, `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '`+key+`', bubbles: true, cancelable: true })), true`)
	}
	eval[bool](p, `document.querySelector('[data-icicle-graph] [tabindex="0"]').focus(), true`)
	press("ArrowDown")
	press("ArrowDown")
	level := `document.activeElement.getAttribute('aria-level')`
	if got := eval[string](p, level); got != "3" {
		t.Fatalf("two arrows down lead to level %s, want 3", got)
	}
	about := eval[string](p, `document.querySelector('[data-icicle-about]').textContent`)
	if !strings.Contains(about, " to ") || !strings.Contains(about, "% of all") {
		t.Errorf("it says %q, want from, to and share", about)
	}
	press("Enter")
	p.until(5*time.Second, `location.hash.startsWith('#tree=') && document.activeElement.getBoundingClientRect().width > 1000`)
	eval[bool](p, `(() => { const f = document.querySelector('[data-icicle-find]'); f.value = 'RISKYSET'; f.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
	p.until(5*time.Second, `/\d+ found, .*% of head/.test(document.querySelector('[data-icicle-found]').textContent)`)
	p.until(5*time.Second, `document.querySelectorAll('[data-icicle-graph] .hit').length > 0`)

	p.do(chromedp.Navigate(eval[string](p, `location.href`) + "&again=1"))
	p.until(10*time.Second, `document.querySelectorAll('[data-icicle-graph] .off').length >= 2 && document.querySelector('[data-icicle-find]').value === 'RISKYSET'`)
	p.click("[data-icicle-reset]")
	p.until(5*time.Second, `!location.hash.includes('tree=') && document.querySelector('[data-icicle-reset]').hidden`)
}
