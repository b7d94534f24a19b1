package web

import (
	"fmt"
	"net/http"
	"net/url"
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
	seen := t.Seen()
	view := templates.LessonView{
		Page: s.page(r, t, l.Title, "learn"), ID: l.ID, Title: l.Title, Teaches: l.Teaches, Blind: l.Blind,
		Covered: seen.State.Covered(), Figures: allFigures(seen.Figures), Other: otherView(r),
	}
	for _, step := range l.Steps {
		shown, at := stepView(step, &seen), room.Place{Lesson: l.ID, Step: step.ID}
		if figures, held := t.Room.Measured(at); held && t.Open(r, at) {
			unseal(&shown, step, func(name string) string { return figures[name] })
		}
		view.Steps = append(view.Steps, shown)
	}
	return s.render(w, r, http.StatusOK, templates.LessonPage(view))
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

// stepView is a step without what is so.
func stepView(s lesson.Step, seen *lesson.Seen) templates.LessonStep {
	v := templates.LessonStep{ID: s.ID, Title: s.Title, Prose: s.Prose.HTML(seen.Figure), Sealed: true}
	for _, q := range s.Questions {
		v.Questions = append(v.Questions, templates.LessonQuestion{Text: q.Text, Choices: q.Choices})
	}
	for _, e := range s.Excerpts {
		v.Excerpts = append(v.Excerpts, numbered(strategyDir, e))
	}
	for _, b := range s.Do {
		v.Do = append(v.Do, b.Label)
	}
	return v
}

// numbered is an excerpt with the numbers of its lines.
func numbered(dir string, e lesson.Excerpt) templates.Source {
	source := templates.Source{Title: dir + e.File}
	for i, line := range e.Lines {
		source.Lines = append(source.Lines, templates.SourceLine{Number: strconv.Itoa(e.First + i), Text: line})
	}
	return source
}

// unseal adds what is so, with the figures as they were when the check held:
// something else may run by now.
func unseal(v *templates.LessonStep, s lesson.Step, figure func(name string) string) {
	v.Sealed, v.Said, v.Measured = false, s.Said.HTML(figure), s.Measured.HTML(figure)
	for _, e := range s.Alerts {
		v.Alerts = append(v.Alerts, numbered("docs/deploy/", e))
	}
	for i, q := range s.Questions {
		asked := &v.Questions[i]
		if asked.Figure, asked.Why = q.Figure, q.Why; q.Figure != "" {
			asked.Answer = figure(q.Figure)
		} else {
			asked.Answer = strings.ToUpper(q.Choices[q.Right][:1]) + q.Choices[q.Right][1:]
		}
	}
}
