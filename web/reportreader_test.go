package web

import (
	"testing"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
)

func TestReadersSeeTheirOwnPredictions(t *testing.T) {
	lessons := []lesson.Lesson{{ID: "l", Title: "A lesson", Steps: []lesson.Step{
		{ID: "held", Title: "Held", Questions: []lesson.Question{{Text: "how many?", Figure: "sets"}, {Text: "which?", Choices: []string{"this", "that"}, Right: 1}}},
		{ID: "open", Title: "Open", Questions: []lesson.Question{{Text: "which?", Choices: []string{"this", "that"}}}},
		{ID: "none", Title: "Not answered", Questions: []lesson.Question{{Text: "which?", Choices: []string{"this", "that"}}}},
	}}, {ID: "other", Steps: []lesson.Step{{ID: "s", Questions: []lesson.Question{{Text: "?", Choices: []string{"a"}}}}}}}
	at := int64(1)
	measured := func(p room.Place) (map[string]string, bool) {
		return map[string]string{"sets": "6 000 in " + p.Step}, true
	}
	sight := &room.Sight{
		Shown: room.Shown{Steps: []room.Step{{Place: room.Place{Lesson: "l", Step: "held"}, HeldAt: &at}}},
		Me: &room.Me{Name: "Ada", Answers: []room.Answers{
			{Place: room.Place{Lesson: "l", Step: "held"}, Answers: []string{"12.5", "0"}}, {Place: room.Place{Lesson: "l", Step: "open"}, Answers: []string{"0"}},
		}},
	}
	v := readerView(sight, lessons, measured, false)
	if v == nil || v.Name != "Ada" || len(v.Lessons) != 1 || len(v.Lessons[0].Steps) != 2 {
		t.Fatalf("got %+v, want one lesson with the two steps answered", v)
	}
	held, open := v.Lessons[0].Steps[0], v.Lessons[0].Steps[1]
	if a := held.Answers[0]; a.Answer != "12.5" || a.Outcome != "" || a.So != "6 000 in held" {
		t.Errorf("a number is %+v, want it beside what was measured in its step", a)
	}
	if a := held.Answers[1]; a.Answer != "this" || a.So != "that" || a.Outcome != "wrong" || held.Held == "" {
		t.Errorf("a wrong choice is %+v, held %q", a, held.Held)
	}
	if a := open.Answers[0]; a.Answer != "this" || a.So != "" || a.Outcome != "" || open.Held != "" {
		t.Errorf("what is so is told before the check has held: %+v", a)
	}
	if got := v.Lessons[0].Summary; got != "2 of 3 steps predicted; 0 of 1 choices as predicted." {
		t.Errorf("it sums up to %q", got)
	}

	sight.Me.Answers[0].Late = true
	late := readerView(sight, lessons, measured, false).Lessons[0]
	if a := late.Steps[0].Answers[1]; !late.Steps[0].Late || a.So != "that" || a.Outcome != "" {
		t.Errorf("what was said after the reveal is %+v, want it beside what is so, and not judged", late.Steps[0])
	}
	if late.Summary != "1 of 3 steps predicted; 0 of 0 choices as predicted." {
		t.Errorf("with a step answered after the reveal it sums up to %q", late.Summary)
	}
	sight.Me.Answers[0].Late = false

	lessons[0].Blind = true
	if a := readerView(sight, lessons, measured, true).Lessons[0].Steps[0].Answers[1]; a.So != "" || a.Outcome != "" {
		t.Errorf("under the cover it tells %+v", a)
	}
	if got := readerView(&room.Sight{}, lessons, measured, false); got != nil {
		t.Errorf("who has predicted nothing gets %+v", got)
	}
}
