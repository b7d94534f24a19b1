package e2e_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// solveByKeys is solve for a whole lesson in the browser, by somebody without a
// mouse: from the form that asks for the token to the last step.
func (l *labProcess) solveByKeys(p *browserPage, lesson lessonSteps) {
	l.t.Helper()
	p.do(chromedp.Navigate(l.base + "/learn"))
	p.expect("401")
	p.until(5*time.Second, `document.activeElement?.id === 'token'`)
	p.press(instructorToken + kb.Enter)
	p.until(10*time.Second, `document.querySelector('main a[href^="/learn/`+lesson.ID+`"]')`)
	p.tabTo(`main a[href^="/learn/`+lesson.ID+`"]`, kb.Tab)
	p.press(kb.Enter)
	p.until(10*time.Second, `document.querySelector('[data-scripted]:not([hidden])')`)
	eval[bool](p, `(window.mouse = 0, ['pointerdown', 'mousedown'].forEach((e) => addEventListener(e, () => window.mouse++, true)), true)`)
	for _, step := range lesson.Steps {
		begun := time.Now()
		p.solveStepByKeys(step.ID)
		l.measured(lesson.ID, step.ID, begun)
	}
	if n := eval[int](p, `window.mouse`); n != 0 {
		l.t.Errorf("a mouse was used %d times", n)
	}
}

// solveStepByKeys predicts, locks, does, sees the check fail, solves, and opens
// what is so.
func (p *browserPage) solveStepByKeys(step string) {
	p.t.Helper()
	in := func(selector string) string { return "#" + step + " " + selector }
	text := func(selector string) string { return `document.querySelector('` + in(selector) + `').textContent` }

	questions := eval[[]int](p, `[...document.querySelectorAll('`+in("[data-question]")+`')].map((q) => q.querySelectorAll('input[type=radio]').length)`)
	for i, choices := range questions {
		p.tabTo(in(fmt.Sprintf("[data-question]:nth-of-type(%d) input", i+1)), kb.Tab)
		if choices == 0 {
			p.press("100")
		} else {
			p.press(" " + strings.Repeat(kb.ArrowDown, choices-1)) // from the first to the last
		}
	}
	p.tabTo(in("[data-predict] .btn"), kb.Tab)
	p.press(kb.Enter)
	p.stays(10*time.Second, text("[data-predict-status]")+`.startsWith('Locked') || `+text("[data-predict-status]")+`.includes('predicted')`)

	p.tabTo(in("[data-reset-step]"), kb.Tab)
	p.press(kb.Enter)
	p.stays(60*time.Second, text("[data-step-status]")+`.startsWith('The step begins')`)
	p.tabTo(in("[data-check]"), kb.Tab)
	p.press(" ")
	p.stays(10*time.Second, text("[data-outcome]")+`.startsWith('Not yet: ')`)
	p.tabTo(in("[data-solve]"), "back")
	p.press(kb.Enter)
	p.holdsAtLast(in)
	p.focused("*")
	p.until(5*time.Second, `document.querySelector('`+in("[data-reveal][open]")+`')?.checkVisibility()`)

	p.tabTo(in("[data-reveal] summary"), kb.Tab)
	p.press(kb.Enter)
	p.until(5*time.Second, `!document.querySelector('`+in("[data-reveal]")+`').open`)
	p.press(" ")
	p.until(5*time.Second, `document.querySelector('`+in("[data-reveal]")+`').open`)
}

// stays is until for what somebody waits for who has pressed a key: they still
// are somewhere when it comes.
func (p *browserPage) stays(within time.Duration, expression string) {
	p.t.Helper()
	p.until(within, expression)
	p.focused("*")
}

// tabTo presses Tab, or Shift and Tab to go back, until something of the
// selector has the focus. Wherever it is on the way, it is seen.
func (p *browserPage) tabTo(selector, way string) {
	p.t.Helper()
	press := chromedp.KeyEvent(kb.Tab)
	if way == "back" {
		press = chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	}
	for range 120 {
		p.do(press)
		if p.focused(selector) {
			return
		}
	}
	p.t.Fatalf("120 times Tab, and %s has not had the focus", selector)
}

// press types keys, and fails when they lose the focus.
func (p *browserPage) press(keys string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys))
	if strings.HasSuffix(keys, kb.Enter) {
		return // which may lead elsewhere; the next Tab tells
	}
	p.focused("*")
}

// focused reports whether something of the selector has the focus, and fails
// when nobody can see what has.
func (p *browserPage) focused(selector string) bool {
	p.t.Helper()
	got := eval[struct {
		Is    bool
		Lost  bool
		Wrong string
	}](p, fmt.Sprintf(`(() => {
		const at = document.activeElement;
		if (!at || at === document.body) return { Lost: true };
		const { outlineStyle, outlineWidth } = getComputedStyle(at), box = at.getBoundingClientRect();
		const seen = at.checkVisibility() && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
		const ringed = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
		return { Is: at.matches(%q), Wrong: seen && ringed ? '' : at.outerHTML.slice(0, 120) };
	})()`, selector))
	if got.Lost {
		p.t.Errorf("the focus is lost; wanted is %s", selector)
	}
	if got.Wrong != "" {
		p.t.Errorf("the focus is not seen; wanted is %s: %s", selector, got.Wrong)
	}
	return got.Is
}
