package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
)

// readersPart is what the sender of a request has predicted; nil where they
// have predicted nothing, or nobody can know.
func readersPart(r *http.Request, t *api.Target) ([]byte, error) {
	sender := guard.SenderFrom(r.Context())
	if t.Room == nil || sender.Session == "" {
		return nil, nil
	}
	sight := t.Room.Look(room.Visitor{Session: sender.Session, Guide: sender.Role == guard.Instructor})
	view := readerView(&sight, lesson.All(), t.Room.Measured, t.Uncovered() != nil)
	if view == nil {
		return nil, nil
	}
	var part bytes.Buffer
	if err := templates.Predictions(*view).Render(r.Context(), &part); err != nil {
		return nil, fmt.Errorf("rendering what a reader predicted: %w", err)
	}
	return part.Bytes(), nil
}

// readerView lays what somebody has predicted beside what is so. That is told
// of steps whose check has held, as the lesson does, with what was measured then;
// of blind ones not while the names are covered.
func readerView(sight *room.Sight, lessons []lesson.Lesson, measured func(room.Place) (map[string]string, bool), covered bool) *templates.ReportReader {
	if sight.Me == nil || len(sight.Me.Answers) == 0 {
		return nil
	}
	answered, held := make(map[room.Place]room.Answers), make(map[room.Place]*int64)
	for _, a := range sight.Me.Answers {
		answered[a.Place] = a
	}
	for _, s := range sight.Steps {
		held[s.Place] = s.HeldAt
	}
	v := &templates.ReportReader{Name: sight.Me.Name}
	for _, l := range lessons {
		told, predicted, right, judged := templates.ReportLesson{Title: l.Title}, 0, 0, 0
		for _, s := range l.Steps {
			at := room.Place{Lesson: l.ID, Step: s.ID}
			if len(answered[at].Answers) != len(s.Questions) || len(s.Questions) == 0 {
				continue // not answered, or another text than the one that was
			}
			figures, _ := measured(at)
			step := readerStep(&s, answered[at], held[at], figures, !(l.Blind && covered))
			if !step.Late {
				predicted++
			}
			for _, a := range step.Answers {
				switch a.Outcome {
				case "right":
					right, judged = right+1, judged+1
				case "wrong":
					judged++
				}
			}
			told.Steps = append(told.Steps, step)
		}
		if len(told.Steps) == 0 {
			continue
		}
		told.Summary = fmt.Sprintf("%d of %d steps predicted; %d of %d choices as predicted.", predicted, len(l.Steps), right, judged)
		v.Lessons = append(v.Lessons, told)
	}
	if len(v.Lessons) == 0 {
		return nil
	}
	return v
}

func readerStep(s *lesson.Step, given room.Answers, held *int64, figures map[string]string, tell bool) templates.ReportStep {
	v := templates.ReportStep{Title: s.Title, Late: given.Late}
	if held != nil {
		v.Held = clock(time.UnixMilli(*held))
	}
	for i, q := range s.Questions {
		a := templates.ReportAnswer{Question: q.Text, Answer: given.Answers[i]}
		chosen, err := strconv.Atoi(given.Answers[i])
		isChoice := err == nil && chosen >= 0 && chosen < len(q.Choices)
		if isChoice {
			a.Answer = q.Choices[chosen]
		}
		switch {
		case held == nil || !tell:
		case q.Figure != "":
			a.So = figures[q.Figure]
		case isChoice:
			a.So = q.Choices[q.Right]
			switch {
			case given.Late: // it stood there to read
			case chosen == q.Right:
				a.Outcome = "right"
			default:
				a.Outcome = "wrong"
			}
		}
		v.Answers = append(v.Answers, a)
	}
	return v
}
