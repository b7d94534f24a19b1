package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A trial is begun and stopped from the page, and what cannot be done meanwhile
// is refused with a sentence; the scoreboard follows by itself.
func TestScoreboardAndTrial(t *testing.T) {
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	p.do(chromedp.ScrollIntoView("[data-scoreboard]"))
	const cell = `document.querySelector('[data-scores] [data-l="allocated per request"]')?.textContent`
	p.until(20*time.Second, cell+`?.includes('±')`)

	p.do(chromedp.SetValue("#trial-b", "redis-sismember"), chromedp.SetValue("#trial-seconds", "5"))
	p.click("[data-trial] .btn.go")
	p.until(10*time.Second, `document.querySelector('[data-trial-status]').textContent.includes('stretch 1 of 4')`)
	p.click(`[data-strategy-name="list-scan"]`)
	p.until(5*time.Second, `document.querySelector('[data-control-status]').textContent.includes('a trial is running')`)
	p.expect("409")

	p.click("[data-trial-stop]")
	p.until(20*time.Second, `document.querySelector('[data-trial-id]')?.textContent.includes('stopped, by the instructor')`)
	l.eventually(20*time.Second, "the strategy from before deciding again", func() bool { return l.state().Strategy == "set-per-request" })

	viewer := newPage(t, p.ctx)
	viewer.do(chromedp.Navigate(l.link("/", viewerToken)))
	shown := eval[string](viewer, `document.querySelector('[data-scoreboard]').textContent`)
	if !strings.Contains(shown, "set-per-request") || !strings.Contains(shown, "stopped, by the instructor") {
		t.Errorf("a viewer, before any script, is shown %q: want the scores and the trial", shown)
	}
	if n := eval[int](viewer, `document.querySelectorAll('[data-trial], [data-trial-stop]').length`); n != 0 {
		t.Errorf("a viewer is offered %d controls of a trial", n)
	}
}
