package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// labTarget is the target that a request names, which has to be a lab's.
func (s *Server) labTarget(r *http.Request) (*api.Target, error) {
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return nil, err
	}
	if t.Lab == nil {
		return nil, api.Refuse(http.StatusConflict, "%s is watched and not run by leakline: the lessons need the lab", t.ID)
	}
	return t, nil
}

// learnPage lists the lessons.
func (s *Server) learnPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.labTarget(r)
	if err != nil {
		return err
	}
	view := templates.LearnView{Page: s.page(r, t, "Learn", "learn")}
	for _, l := range lesson.All() {
		view.Lessons = append(view.Lessons, templates.LessonRow{
			Href: "/learn/" + l.ID + view.Page.Query, Title: l.Title, Teaches: l.Teaches,
			Length: fmt.Sprintf("%d steps, %d min", len(l.Steps), l.Minutes),
		})
	}
	return s.render(w, r, http.StatusOK, templates.Learn(view))
}

// lessonPage shows one, with the figures as they are now.
func (s *Server) lessonPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.labTarget(r)
	if err != nil {
		return err
	}
	l, err := lesson.Find(r.PathValue("lesson"))
	if err != nil {
		return err
	}
	seen := lesson.Look(t.Lab)
	view := templates.LessonView{
		Page: s.page(r, t, l.Title, "learn"), ID: l.ID, Title: l.Title, Teaches: l.Teaches, Blind: l.Blind,
		Figures: allFigures(seen.Figures),
	}
	if l.Blind {
		state := t.LabState()
		view.Covered = state.Covered()
	} else {
		view.Word, view.Tone = word(seen.Verdict.Word), api.VerdictTone(seen.Verdict.Word)
		view.Sentence = seen.Verdict.Summary
	}
	view.Other = otherView(r)
	for _, step := range l.Steps {
		shown := stepView(step, &seen)
		if locked, held := t.Room.Opened(api.Looker(r), room.Place{Lesson: l.ID, Step: step.ID}); l.Blind && !(locked && held) {
			shown.Sealed, shown.Said, shown.Measured, shown.Questions = true, "", "", sealed(shown.Questions)
		}
		view.Steps = append(view.Steps, shown)
	}
	return s.render(w, r, http.StatusOK, templates.LessonPage(view))
}

// sealed takes what is so from questions.
func sealed(questions []templates.LessonQuestion) []templates.LessonQuestion {
	asked := slices.Clone(questions)
	for i := range asked {
		asked[i].Answer, asked[i].Figure, asked[i].Why = "", "", ""
	}
	return asked
}

// otherView leads from a page to itself in large type, and back.
func otherView(r *http.Request) templates.Link {
	query, text := r.URL.Query(), "Large view"
	if query.Get("view") == "room" {
		text = "Normal view"
		query.Del("view")
	} else {
		query.Set("view", "room")
	}
	return templates.Link{Text: text, Href: (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).String()}
}

func stepView(s lesson.Step, seen *lesson.Seen) templates.LessonStep {
	v := templates.LessonStep{
		ID: s.ID, Title: s.Title,
		Prose: s.Prose.HTML(seen.Figure), Said: s.Said.HTML(seen.Figure), Measured: s.Measured.HTML(seen.Figure),
	}
	for _, q := range s.Questions {
		question := templates.LessonQuestion{Text: q.Text, Choices: q.Choices, Figure: q.Figure, Why: q.Why}
		if q.Figure != "" {
			question.Answer = seen.Figure(q.Figure)
		} else {
			question.Answer = strings.ToUpper(q.Choices[q.Right][:1]) + q.Choices[q.Right][1:]
		}
		v.Questions = append(v.Questions, question)
	}
	for _, e := range s.Excerpts {
		source := templates.Source{Title: strategyDir + e.File}
		for i, line := range e.Lines {
			source.Lines = append(source.Lines, templates.SourceLine{Number: strconv.Itoa(e.First + i), Text: line})
		}
		v.Excerpts = append(v.Excerpts, source)
	}
	for _, b := range s.Do {
		v.Do = append(v.Do, b.Label)
	}
	return v
}
