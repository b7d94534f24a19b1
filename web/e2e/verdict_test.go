package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// judged is what the tests read of a verdict.
type judged struct {
	Verdict, Summary string
	Suspects         []struct{ Function string }
}

const riskySet = "github.com/leakline/leakline/checker/strategy.newRiskySet"

// The lesson's bug is no leak, and the log that is never emptied is: the page
// says so by itself, names the line, and begins anew after a reset.
func TestThePageJudges(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/", instructorToken)))
	l.judge("churn", riskySet)
	p.until(15*time.Second, `document.querySelector('[data-verdict-word]').textContent.trim() === 'churn'`)

	l.api("PUT", "strategy", map[string]any{"name": "audit-forever"}, nil)
	l.judge("leak", riskySet)
	p.until(15*time.Second, `document.querySelector('#verdict.is-fault [data-verdict-word]')?.textContent.trim() === 'leak'`)
	p.until(15*time.Second, `document.querySelector('[data-verdict-said]').textContent.startsWith('Verdict: leak. A leak:')`)
	p.until(15*time.Second, `[...document.querySelectorAll('[data-evidence] li')].some((line) => line.textContent.includes('newRiskySet'))`)

	l.api("POST", "reset", nil, nil)
	l.eventually(10*time.Second, "the verdict to begin anew", func() bool {
		var v judged
		l.api("GET", "verdict", nil, &v)
		return v.Verdict != "leak"
	})
}

// judge takes snapshots until the verdict is word, and names the suspect.
func (l *labProcess) judge(word, suspect string) judged {
	l.t.Helper()
	var v judged
	l.eventually(60*time.Second, "the verdict "+word+" at "+suspect, func() bool {
		time.Sleep(2 * time.Second)
		l.api("POST", "snapshots", map[string]any{}, nil)
		l.api("GET", "verdict", nil, &v)
		return v.Verdict == word && len(v.Suspects) > 0 && v.Suspects[0].Function == suspect
	})
	if !strings.Contains(v.Summary, "newRiskySet") {
		l.t.Errorf("the sentence %q does not name the function", v.Summary)
	}
	return v
}

// A range that is dragged on a chart leads to what grew in it.
func TestADraggedRangeLeadsToItsDiff(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/?window=1m", instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	l.api("POST", "snapshots", map[string]any{}, nil)
	time.Sleep(2 * time.Second)
	l.api("POST", "snapshots", map[string]any{}, nil)
	time.Sleep(time.Second)
	eval[bool](p, `(() => {
		const canvas = document.querySelector('canvas[data-strip=memory]'), box = canvas.getBoundingClientRect();
		const { plotLeft, plotRight } = canvas.dataset;
		const send = (type, x, buttons) => canvas.dispatchEvent(new PointerEvent(type,
			{ clientX: box.left + Number(x), clientY: box.top + 20, buttons, bubbles: true, pointerType: 'touch', pointerId: 1 }));
		const middle = (Number(plotLeft) + Number(plotRight)) / 2;
		send('pointerdown', middle, 1);
		send('pointermove', plotRight - 2, 1);
		send('pointerup', plotRight - 2, 0);
		return true;
	})()`)
	p.until(5*time.Second, `document.querySelector('[data-note-compare]:not([hidden])')?.textContent.startsWith('What grew from')`)
	p.do(chromedp.Click(`[data-note-compare]`))
	p.until(10*time.Second, `location.pathname === '/diff' && document.querySelector('h1')`)
}

// The lesson's story: SETEX is slow, nothing bounds a check, and each request
// holds its Set until Redis has answered. That is work that piles up, no leak.
func TestTheSetExPileUpIsABacklog(t *testing.T) {
	t.Parallel() // it waits more than it works
	l := startLab(t, smallList, "--rps", "50", "--memory-limit", "0")
	l.judge("churn", riskySet)
	l.api("PUT", "faults", map[string]any{"setex_latency_ms": 120_000, "check_timeout_ms": 0}, nil)
	l.api("POST", "expire", nil, nil)
	l.eventually(60*time.Second, "a backlog", func() bool {
		var v judged
		l.api("GET", "verdict", nil, &v)
		return v.Verdict == "backlog" && strings.Contains(v.Summary, "requests are in flight")
	})
}
