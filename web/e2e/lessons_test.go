package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// outcome is what a check found.
type outcome struct {
	OK      bool
	Says    string
	Right   []*int
	Figures map[string]string
}

type lessonSteps struct {
	ID    string
	Steps []struct{ ID string }
}

// Every step of every lesson, in a browser, begins where its check says what is
// missing, and is solved by its own solution: that is how the content is tested.
// Most of it is waiting for evidence, so that two labs share the lessons.
func TestEveryLessonSolvesItself(t *testing.T) {
	t.Parallel() // it waits more than it works
	const labs = 2
	for group := range labs {
		t.Run(strconv.Itoa(group), func(t *testing.T) {
			t.Parallel()
			l := startLab(t)
			browser := newPage(t, startBrowser(t)) // one for all: there is one instructor
			var all struct{ Lessons []lessonSteps }
			l.api(http.MethodGet, "lessons", nil, &all)
			for i, lesson := range all.Lessons {
				if min(i, len(all.Lessons)-1-i)%labs != group { // the first and the last take what those between do
					continue
				}
				begun := time.Now()
				if i == 0 {
					l.solveByKeys(browser, lesson)
				} else {
					l.solveByMouse(browser, lesson)
				}
				t.Logf("%s: %.0f s", lesson.ID, time.Since(begun).Seconds())
			}
		})
	}
}

// solveByMouse solves a lesson in the browser, as somebody does who reads it from
// the top: predict, begin, see what is missing, have it solved, read what is so.
func (l *labProcess) solveByMouse(p *browserPage, lesson lessonSteps) {
	l.t.Helper()
	p.do(chromedp.Navigate(l.link("/learn/"+lesson.ID, instructorToken)))
	p.until(10*time.Second, `document.querySelector('[data-scripted]:not([hidden])')`)
	for _, step := range lesson.Steps {
		begun := time.Now()
		p.solveStepByMouse(step.ID)
		l.measured(lesson.ID, step.ID, begun)
	}
}

func (p *browserPage) solveStepByMouse(step string) {
	p.t.Helper()
	in := func(selector string) string { return "#" + step + " " + selector }
	says := func(selector, start string) string {
		return `document.querySelector('` + in(selector) + `').textContent.startsWith('` + start + `')`
	}
	for i := range eval[int](p, `document.querySelectorAll('`+in("[data-question]")+`').length`) {
		question := in(fmt.Sprintf("[data-question]:nth-of-type(%d) ", i+1))
		if eval[bool](p, `!!document.querySelector('`+question+`input[type=radio]')`) {
			p.click(question + "input[type=radio]")
		} else {
			p.do(chromedp.SetValue(question+"input", "100"))
		}
	}
	p.click(in("[data-predict] .btn"))
	p.until(10*time.Second, says("[data-predict-status]", "Locked")+` || document.querySelector('`+in("[data-predict-status]")+`').textContent.includes('predicted')`)
	p.click(in("[data-reset-step]"))
	p.until(60*time.Second, says("[data-step-status]", "The step begins"))
	p.click(in("[data-check]"))
	p.until(10*time.Second, says("[data-outcome]", "Not yet: "))
	p.click(in("[data-solve]"))
	p.holdsAtLast(in)
	p.until(5*time.Second, `document.querySelector('`+in("[data-reveal][open]")+`')?.checkVisibility()`)
}

// holdsAtLast waits until a step that is being solved holds. When the page has
// given up, which it must not do for a minute and a half, it does what the outcome
// asks for: check again, or begin anew.
func (p *browserPage) holdsAtLast(in func(selector string) string) {
	p.t.Helper()
	p.until(150*time.Second, `(() => {
		const one = (selector) => document.querySelector('`+in("")+`' + selector), says = one('[data-outcome]').textContent;
		window.begun ??= Date.now();
		if (one('[data-outcome].sound') && says.startsWith('It holds: ')) { window.begun = null; return true; }
		if (one('[data-check]').disabled || Date.now() - (window.pressed ?? 0) < 2000) return false;
		if (!window.anew && Date.now() - window.begun < 85_000) console.error('the page has given up: ' + says + one('[data-step-status]').textContent);
		window.pressed = Date.now();
		if (window.anew) { window.anew = false; window.begun = Date.now(); one('[data-solve]').click(); }
		else if (says.includes('reset the step')) { window.anew = true; one('[data-reset-step]').click(); }
		else one('[data-check]').click();
		return false;
	})()`)
}

// checksUntil presses a step's check again and again: what it finds is of that
// moment.
func (p *browserPage) checksUntil(step, so string) {
	p.t.Helper()
	p.until(30*time.Second, `(`+so+`) || (Date.now() - (window.checked ?? 0) > 2000
		&& (window.checked = Date.now(), document.querySelector('`+step+`[data-check]').click()), false)`)
}

// measured asks again what a step's check says: it holds, says what is right, and
// every figure of its text is measured, at the latest once a stall has passed.
func (l *labProcess) measured(lesson, step string, begun time.Time) {
	l.t.Helper()
	var got outcome
	l.eventually(20*time.Second, "every figure of "+step, func() bool {
		got = outcome{}
		l.api(http.MethodPost, "lessons/"+lesson+"/steps/"+step+"/check", nil, &got)
		return !slices.Contains(slices.Collect(maps.Values(got.Figures)), "not measured yet")
	})
	if !strings.HasSuffix(got.Says, ".") || got.OK && len(got.Right) == 0 {
		l.t.Errorf("%s is solved, and its check says %+v, want a sentence and what is right", step, got)
	}
	l.t.Logf("%s, %.1f s: %s %v", step, time.Since(begun).Seconds(), got.Says, got.Figures)
}

// A step in the browser: a prediction that is locked, a check that says what is
// missing, a solution, and what is so; a viewer may predict and check alone. Its
// figures want a patient that is left alone.
func TestALessonInTheBrowser(t *testing.T) {
	l := startLab(t, smallList)
	p := newPage(t, startBrowser(t))
	p.do(chromedp.Navigate(l.link("/learn", instructorToken)))
	p.click(`main a[href^="/learn/identify-the-leak"]`)
	p.until(10*time.Second, `document.querySelector('[data-strip=memory]')?.dataset.yMax`)
	const step = "#made-again-and-again "
	if eval[bool](p, `document.querySelector('`+step+`[data-reveal]').checkVisibility()`) {
		t.Error("what is so is shown before anybody has tried")
	}
	if got := eval[string](p, `(s => s.whiteSpace + ' ' + s.fontFamily)(getComputedStyle(document.querySelector('.src td:last-child')))`); !strings.HasPrefix(got, "pre ") || !strings.Contains(got, "mono") {
		t.Errorf("lines of Go are set in %q, want their blanks kept and one width for all", got)
	}
	for i, button := range []string{"Load 100/s", "Snapshot"} {
		p.click(fmt.Sprintf("%s[data-do='%d']", step, i))
		p.until(10*time.Second, `document.querySelector('`+step+`[data-step-status]').textContent === '`+button+`: done.'`)
	}

	p.do(chromedp.SetValue(step+"input[type=number]", "6000"))
	p.click(step + `input[value="2"]`)
	p.click(step + "[data-predict] .btn")
	p.until(5*time.Second, `document.querySelector('`+step+`input[type=number]').disabled`)

	p.click(step + "[data-reset-step]")
	p.until(10*time.Second, `document.querySelector('`+step+`[data-step-status]').textContent.startsWith('The step begins')`)
	p.click(step + "[data-check]")
	p.until(5*time.Second, `document.querySelector('`+step+`[data-outcome].watch')?.textContent.startsWith('Not yet: Only 20 payments')`)
	p.click(step + "[data-solve]")
	p.until(30*time.Second, `document.querySelector('`+step+`[data-outcome].sound')?.textContent.startsWith('It holds: ')`)
	p.until(5*time.Second, `document.querySelector('`+step+`[data-reveal][open]')?.checkVisibility()`)
	p.until(5*time.Second, `document.querySelector('`+step+`[data-predict-status]').textContent === '1 of 1 as predicted.'`)
	if got := eval[string](p, `document.querySelector('`+step+`[data-figure=sets_per_minute]').textContent`); !strings.HasPrefix(got, "6") && !strings.HasPrefix(got, "5") {
		t.Errorf("%q Sets a minute are shown, want about 6 000", got)
	}
	p.do(chromedp.Reload())
	p.until(10*time.Second, `document.querySelector('`+step+`input[value="2"]:checked:disabled') && document.querySelector('`+step+`[data-reveal]').checkVisibility()`)

	viewer := newPage(t, p.ctx)
	viewer.do(chromedp.Navigate(l.link("/learn/identify-the-leak", viewerToken)))
	viewer.until(10*time.Second, `document.querySelector('`+step+`[data-check]').checkVisibility()`)
	if n := eval[int](viewer, `document.querySelectorAll('[data-do], [data-solve], [data-reset-step]').length`); n != 0 {
		t.Errorf("a viewer is offered %d actions", n)
	}
	viewer.checksUntil(step, `document.querySelector('`+step+`[data-outcome].sound')`)
	if eval[bool](viewer, `document.querySelector('`+step+`[data-reveal]').checkVisibility()`) {
		t.Error("what is so is shown to who has predicted nothing")
	}
	viewer.locksWithoutAPlace(step)
}

// locksWithoutAPlace predicts where the room is full: the browser keeps it, and
// brings it along once there is a place.
func (p *browserPage) locksWithoutAPlace(step string) {
	p.t.Helper()
	eval[bool](p, `(() => {
		const real = window.fetch;
		window.fetch = (url, how) => (String(url).includes('/answers/') ? Promise.resolve(new Response('{}', { status: 503 })) : real(url, how));
		window.placeAgain = () => { window.fetch = real; return true; };
		return true;
	})()`)
	p.do(chromedp.SetValue(step+"input[type=number]", "1"))
	p.click(step + `input[value="0"]`)
	p.click(step + "[data-predict] .btn")
	p.until(5*time.Second, `document.querySelector('`+step+`input[type=number]').disabled`)
	eval[bool](p, `window.placeAgain()`)
	p.checksUntil(step, `document.querySelector('`+step+`[data-reveal][open]')?.checkVisibility()`)
	p.until(5*time.Second, `document.querySelector('`+step+`[data-predict-status]').textContent === '0 of 1 as predicted.'`)
}
