package templates

import (
	"strings"
	"testing"
)

// Without a script all of a step can be read, the answers too once it is open.
func TestALessonCanBeReadWithoutAScript(t *testing.T) {
	doc := render(t, LessonPage(lessonView(false, false)))
	if n := doc.Find("[data-reveal][hidden]").Length(); n != 0 || doc.Find("details[data-reveal]").Length() != 1 {
		t.Errorf("%d answers are hidden before any script runs, want a details to open", n)
	}
	text := doc.Find("article").Text()
	for _, want := range []string{"Look.", "The lesson says", "A leak.", "What we measured", "2 MB", "6 000", "The instructor does: Load 100/s, Force GC."} {
		if !strings.Contains(text, want) {
			t.Errorf("the step does not say %q: %s", want, text)
		}
	}
}

// A sealed step says how it is opened, to who has no script as well.
func TestASealedStepSaysHowItOpens(t *testing.T) {
	view := lessonView(false, false)
	view.Steps[0].Sealed = true
	doc := render(t, LessonPage(view))
	if doc.Find("[data-reveal]:not([hidden])").Length() != 0 || doc.Find("[data-answer]").Children().Length() != 0 {
		t.Error("what is so is on the page of a sealed step")
	}
	if text := doc.Find("[data-sealed]:not([hidden])").Text(); !strings.Contains(text, "your prediction is locked") || !strings.Contains(text, "needs JavaScript") {
		t.Errorf("it says %q, want how it opens", text)
	}
}

func TestAViewerPredictsAndChecksAndDoesNothingElse(t *testing.T) {
	const actions = "[data-do], [data-solve], [data-reset-step]"
	if n := render(t, LessonPage(lessonView(false, false))).Find(actions).Length(); n != 0 {
		t.Errorf("a viewer is offered %d actions", n)
	}
	if n := render(t, LessonPage(lessonView(true, false))).Find(actions).Length(); n != 4 {
		t.Errorf("the instructor is offered %d actions, want 4", n)
	}
}

// In blind mode neither a verdict nor its sentence has a place on the page.
func TestABlindLessonShowsNoVerdict(t *testing.T) {
	doc := render(t, LessonPage(lessonView(true, true)))
	if n := doc.Find("[data-lesson-word], [data-lesson-sentence]").Length(); n != 0 || strings.Contains(doc.Find("aside").Text(), "churn") {
		t.Errorf("a verdict is shown: %s", doc.Find("aside").Text())
	}
}
