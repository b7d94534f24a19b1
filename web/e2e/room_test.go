package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// reads waits until an element's text has a part.
func (p *browserPage) reads(selector, part string) {
	p.t.Helper()
	p.until(10*time.Second, fmt.Sprintf("document.querySelector(`%s`)?.innerText.includes(`%s`)", selector, part))
}

// Two viewers and an instructor go through a step together: names, predictions,
// the reveal, the presenter's steps, and the reset. The first viewer has no
// mouse.
func TestARoomPredictsTogether(t *testing.T) {
	t.Parallel()
	const step = "#the-pattern "
	l := startLab(t, smallList, "--share", "127.0.0.1:0")
	browser := startBrowser(t)
	ada, bob, guide := newPage(t, browser), newPage(t, browser), newPage(t, browser)
	ada.do(chromedp.Navigate(l.link("/learn/identify-the-leak", viewerToken)))
	bob.do(chromedp.Navigate(l.link("/learn/identify-the-leak", viewerToken)))
	guide.do(chromedp.Navigate(l.link("/learn/identify-the-leak", instructorToken)))
	guide.reads("[data-room-here]", "2 are here")

	ada.tabTo("#room-name", kb.Tab)
	ada.do(chromedp.KeyEvent("Ada <b>"), chromedp.KeyEvent(kb.Enter))
	ada.reads("[data-join-status]", "You are here as Ada <b>.")
	ada.tabTo(step+"input[type=radio]", kb.Tab)
	ada.do(chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowDown))
	ada.tabTo(step+"[data-predict] .btn", kb.Tab)
	ada.do(chromedp.KeyEvent(kb.Enter))
	ada.reads(step+"[data-predict-status]", "Locked.")
	ada.judges(true)
	bob.judges(false)
	bob.click(step + `input[value="0"]`)
	bob.click(step + "[data-predict] .btn")

	guide.reads(step+"[data-answered]", "2 of 2 have answered.")
	guide.reads(step+".tally li:nth-child(2)", "1 · 50")
	guide.reads(step+"[data-only-you]", "only you see this yet")
	guide.save("room-sealed-1440x900")
	if n := eval[int](ada, "document.querySelectorAll('.tally').length"); n != 0 {
		t.Errorf("a viewer sees %d distributions before the reveal", n)
	}
	if eval[bool](bob, `document.body.innerText.includes('Ada')`) {
		t.Error("a viewer is told another's name")
	}
	guide.judges(false)
	guide.tabTo(step+"[data-room-reveal]", kb.Tab)
	guide.do(chromedp.KeyEvent(kb.Enter))
	ada.reads(step+".tally li.own", "yours")
	bob.reads(step+".tally li.own", "climb until the process is killed")
	guide.judges(true)
	guide.until(5*time.Second, `!document.querySelector('`+step+`[data-only-you]').checkVisibility()`)

	ada.do(chromedp.Reload())
	ada.reads(step+".tally li.own", "yours")
	ada.until(5*time.Second, `document.querySelector('`+step+`input[value="1"]:checked:disabled')`)
	if got := eval[string](ada, `document.querySelector('#room-name').value`); got != "Ada <b>" {
		t.Errorf("after a reload the name is %q", got)
	}

	guide.presents(l, ada)
	guide.resets(l, ada, step)
}

// judges waits until the verdict is beside the step on stage, or is not.
func (p *browserPage) judges(shown bool) {
	p.t.Helper()
	p.until(10*time.Second, fmt.Sprintf(`%v === (document.querySelector('[data-lesson-word]').checkVisibility()
		&& document.querySelector('[data-lesson-sentence]').textContent !== 'The verdict follows your prediction.')`, shown))
}

// presents shows the next step in the large view; whoever follows is taken along.
func (p *browserPage) presents(l *labProcess, follower *browserPage) {
	p.t.Helper()
	p.click("[data-present]")
	follower.until(10*time.Second, `document.querySelector('[data-follow]').checkVisibility()`)
	follower.click("[data-follow]")
	p.do(chromedp.Navigate(l.base + "/learn/identify-the-leak?view=room"))
	p.until(10*time.Second, `document.querySelector('[data-present][aria-pressed=true]')`)
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.until(5*time.Second, `document.querySelector('#made-again-and-again').checkVisibility() && !document.querySelector('#the-pattern').checkVisibility()`)
	if eval[bool](p, `document.querySelector('#made-again-and-again .tally').checkVisibility() || !document.querySelector('#made-again-and-again fieldset').checkVisibility()`) {
		p.t.Error("the large view gives away what is sealed, or takes the question away")
	}
	p.judges(false)
	follower.until(10*time.Second, `document.querySelector('#made-again-and-again').getBoundingClientRect().top < innerHeight / 2`)
	p.do(chromedp.Navigate(l.base + "/learn/fix-the-monitoring?view=room#the-queue"))
	follower.until(10*time.Second, `location.pathname === '/learn/fix-the-monitoring' && location.hash === '#the-queue'`)
	p.click("[data-present]")
	follower.reads("[data-follow]", "nobody presents")
	follower.click("[data-follow]")
}

// resets empties the room from its page, after asking.
func (p *browserPage) resets(l *labProcess, viewer *browserPage, step string) {
	p.t.Helper()
	viewer.do(chromedp.Navigate(l.base + "/learn/identify-the-leak"))
	viewer.until(10*time.Second, `document.querySelector('`+step+`input[value="1"]:checked:disabled')`)
	p.do(chromedp.Navigate(l.base + "/room"))
	p.reads("[data-swap=people]", "Ada <b>")
	if link := eval[string](p, `document.querySelector('[data-room-link]').textContent`); link != l.room+"/?token="+viewerToken {
		p.t.Errorf("the page invites to %q, want the room's link", link)
	}
	viewerSees := newPage(p.t, p.ctx)
	viewerSees.do(chromedp.Navigate(l.link("/room", viewerToken)))
	if html := eval[string](viewerSees, "document.documentElement.outerHTML"); strings.Contains(html, viewerToken) || strings.Contains(html, "Ada") {
		p.t.Error("a viewer's page of the room has names or the link")
	}
	p.click("[data-room-reset]")
	p.click(`[data-reset-dialog] [value=keep]`)
	p.click("[data-room-reset]")
	p.click(`[data-reset-dialog] [value=reset]`)
	p.reads("[data-room-status]", "The room is empty.")
	viewer.until(10*time.Second, `document.querySelector('`+step+`input[value="1"]:not(:checked, :disabled)') && document.querySelector('#room-name').value === ''`)
}

// On the live page the presenter's cursor stands on every screen, with a name,
// and F takes its range over until one looks elsewhere.
func TestTheLivePageFollowsThePresenter(t *testing.T) {
	t.Parallel()
	l := startLab(t, smallList)
	browser := startBrowser(t)
	ada, guide := newPage(t, browser), newPage(t, browser)
	for p, token := range map[*browserPage]string{ada: viewerToken, guide: instructorToken} {
		p.do(chromedp.Navigate(l.link("/?window=1m", token)))
		p.until(10*time.Second, `document.querySelector('[data-strip=memory]').dataset.yMax`)
	}
	if n := eval[int](ada, `performance.getEntriesByType('resource').filter((e) => e.name.includes('presenter')).length`); n != 0 {
		t.Error("the page fetches what the room adds while nobody presents")
	}
	guide.click("[data-present]")
	guide.until(10*time.Second, `document.querySelector('[data-present][aria-pressed=true]')`)
	guide.do(chromedp.Focus(chromedp.CSS("canvas[data-strip=memory]")), chromedp.KeyEvent(kb.ArrowLeft))
	ada.until(10*time.Second, `document.querySelector('.presented')?.checkVisibility() && document.querySelector('.presented').innerText === 'the presenter'`)
	guide.do(chromedp.KeyEvent("+"))

	zoomed := `Number(document.querySelector('[data-strip=memory]').dataset.tTo) - Number(document.querySelector('[data-strip=memory]').dataset.tFrom) < 40000`
	if eval[bool](ada, zoomed) {
		t.Error("who does not follow is taken along")
	}
	ada.do(chromedp.KeyEvent("f"))
	ada.until(10*time.Second, zoomed)
	ada.reads(".btn[aria-pressed=true]", "Following the presenter")
	ada.save("presented-1440x900")
	guide.save("presenting-1440x900")
	guide.do(chromedp.KeyEvent("f"))
	ada.until(10*time.Second, "!("+zoomed+")")
	ada.do(chromedp.KeyEvent("+"))
	ada.until(5*time.Second, `[...document.querySelectorAll('.btn')].some((b) => b.innerText === 'Follow the presenter' && b.getAttribute('aria-pressed') === 'false')`)
	guide.click("[data-present]")
	ada.until(10*time.Second, `!document.querySelector('.presented').checkVisibility()`)
}
