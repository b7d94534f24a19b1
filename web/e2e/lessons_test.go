package e2e_test

import (
	"net/http"
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

// Every step of every lesson begins where its check says what is missing, and
// is solved by its own solution: that is how the content is tested. Most of it
// is waiting for evidence, so that two labs share the lessons.
func TestEveryLessonSolvesItself(t *testing.T) {
	t.Parallel() // it waits more than it works
	const labs = 2
	for group := range labs {
		t.Run(strconv.Itoa(group), func(t *testing.T) {
			t.Parallel()
			l := startLab(t)
			var all struct{ Lessons []lessonSteps }
			l.api(http.MethodGet, "lessons", nil, &all)
			for i, lesson := range all.Lessons {
				if min(i, len(all.Lessons)-1-i)%labs != group { // the first and the last take what those between do
					continue
				}
				begun := time.Now()
				if i == 0 {
					l.solveByKeys(lesson)
				} else {
					for _, step := range lesson.Steps {
						l.solve(lesson.ID, step.ID)
					}
				}
				t.Logf("%s: %.0f s", lesson.ID, time.Since(begun).Seconds())
			}
		})
	}
}

// solve enters a step, sees its check fail, solves it and sees its check hold,
// with every figure of its text measured.
func (l *labProcess) solve(lesson, step string) {
	l.t.Helper()
	begun := time.Now()
	path := "lessons/" + lesson + "/steps/" + step + "/"
	l.api(http.MethodPost, path+"reset", nil, nil)
	var got outcome
	l.api(http.MethodPost, path+"check", nil, &got)
	if got.OK || !strings.HasSuffix(got.Says, ".") || len(got.Right) > 0 {
		l.t.Errorf("%s, reset: %+v, want a sentence that says what is missing", path, got)
	}
	l.t.Logf("%s: not yet: %s", step, got.Says)
	for try := 0; !got.OK; try++ {
		if try == 3 {
			l.t.Fatalf("%s is solved, and its check says %q", path, got.Says)
		}
		l.api(http.MethodPost, path+"solve", nil, nil) // again changes nothing but what needs more evidence
		for end := time.Now().Add(30 * time.Second); !got.OK && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			l.api(http.MethodPost, path+"check", nil, &got)
		}
	}
	if len(got.Right) == 0 {
		l.t.Errorf("%s: it holds, and what is right is not said", path)
	}
	for name, text := range got.Figures {
		if text == "not measured yet" {
			l.t.Errorf("%s: it holds, and %s was not measured", path, name)
		}
	}
	l.t.Logf("%s, %.1f s: %s %v", step, time.Since(begun).Seconds(), got.Says, got.Figures)
}

// A step in the browser: a prediction that is locked, a check that says what is
// missing, a solution, and what is so; a viewer may predict and check alone.
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
	viewer.click(step + "[data-check]")
	viewer.until(5*time.Second, `document.querySelector('`+step+`[data-outcome].sound')`)
	if eval[bool](viewer, `document.querySelector('`+step+`[data-reveal]').checkVisibility()`) {
		t.Error("what is so is shown to who has predicted nothing")
	}
}
