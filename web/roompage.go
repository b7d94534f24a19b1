package web

import (
	"net/http"
	"time"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// roomPage shows how far the room is; to the instructor also who is in it, and
// the way in.
func (s *Server) roomPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.labTarget(r)
	if err != nil {
		return err
	}
	seen := t.Room.Look(api.Looker(r))
	count := func(n int) string { return units.Count(float64(n)) }
	view := templates.RoomView{Page: s.page(r, t, "Room", "room"), Here: count(seen.Here), Members: count(seen.Members)}
	if seen.View != nil {
		view.Presenter = seen.View.Name
		if view.Presenter == "" {
			view.Presenter = "The instructor"
		}
	}
	steps := make(map[room.Place]room.Step, len(seen.Steps))
	for _, step := range seen.Steps {
		steps[step.Place] = step
	}
	titles := make(map[room.Place]string)
	for _, l := range lesson.All() {
		shown := templates.RoomLesson{Title: l.Title}
		for _, step := range l.Steps {
			at := room.Place{Lesson: l.ID, Step: step.ID}
			titles[at] = step.Title
			shown.Steps = append(shown.Steps, roomStepRow(steps[at], step.Title, view.Page.Query))
		}
		view.Lessons = append(view.Lessons, shown)
	}
	for _, p := range seen.People {
		person := templates.RoomPerson{Name: p.Name, Answered: count(p.Answered), Here: p.Here}
		if p.At != nil {
			person.Step = titles[*p.At]
		}
		view.People = append(view.People, person)
	}
	if view.Page.Instructor {
		view.Invite = s.invite
	}
	return s.render(w, r, http.StatusOK, templates.Room(view))
}

func roomStepRow(s room.Step, title, query string) templates.RoomStepRow {
	row := templates.RoomStepRow{
		Title: title, Href: "/learn/" + s.Lesson + query + "#" + s.Step, Revealed: s.Revealed,
		Here: units.Count(float64(s.Here)), Answered: units.Count(float64(s.Answered)),
	}
	if s.HeldAt != nil {
		row.Held = clock(time.UnixMilli(*s.HeldAt))
	}
	return row
}
