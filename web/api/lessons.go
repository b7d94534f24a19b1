package api

import (
	"net/http"
	"time"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/web/guard"
)

// A jsonLesson is a lesson on the wire: without what is right, which a check
// gives away, and with its text as it was written.
type jsonLesson struct {
	ID      string     `json:"id"`
	Title   string     `json:"title"`
	Teaches string     `json:"teaches"`
	Minutes int        `json:"minutes"`
	Steps   []jsonStep `json:"steps"`
}

type jsonStep struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"`
	Prose     string         `json:"prose"` // Markdown
	Questions []jsonQuestion `json:"questions"`
	Actions   []string       `json:"actions"` // labels, by the index that is sent back
}

type jsonQuestion struct {
	Text    string   `json:"text"`
	Choices []string `json:"choices"` // empty where a number is asked for
}

// A jsonOutcome is what a check found. What is right and what was measured are
// there once it holds and the sender has predicted it.
type jsonOutcome struct {
	OK      bool              `json:"ok"`
	Sealed  bool              `json:"sealed"` // it holds, and what is so waits for a prediction
	Says    string            `json:"says"`
	Right   []*int            `json:"right"`   // index of the choice, null for a number
	Figures map[string]string `json:"figures"` // in words
}

func lessonOnWire(l lesson.Lesson) jsonLesson {
	wire := jsonLesson{l.ID, l.Title, l.Teaches, l.Minutes, []jsonStep{}}
	for _, s := range l.Steps {
		step := jsonStep{s.ID, s.Title, s.Prose.Markdown, []jsonQuestion{}, []string{}}
		for _, q := range s.Questions {
			step.Questions = append(step.Questions, jsonQuestion{q.Text, append([]string{}, q.Choices...)})
		}
		for _, b := range s.Do {
			step.Actions = append(step.Actions, b.Label)
		}
		wire.Steps = append(wire.Steps, step)
	}
	return wire
}

func (a *API) lessons(_ *Target, w http.ResponseWriter, _ *http.Request) error {
	list := []jsonLesson{}
	for _, l := range lesson.All() {
		list = append(list, lessonOnWire(l))
	}
	return answer(w, http.StatusOK, map[string][]jsonLesson{"lessons": list})
}

func (a *API) lesson(_ *Target, w http.ResponseWriter, r *http.Request) error {
	l, err := lesson.Find(r.PathValue("lesson"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, lessonOnWire(l))
}

// step finds the lesson and the step that a request names.
func step(r *http.Request) (lesson.Lesson, lesson.Step, error) {
	l, err := lesson.Find(r.PathValue("lesson"))
	if err != nil {
		return l, lesson.Step{}, err
	}
	s, err := l.Step(r.PathValue("step"))
	return l, s, err
}

// Open reports whether what is so at a step may be sent to who asks. A script of
// the instructor's cannot predict, and has nobody to spoil it for.
func (t *Target) Open(r *http.Request, at room.Place) bool {
	return guard.SenderFrom(r.Context()).Scripted() || t.Room.Open(Looker(r), at)
}

// checkStep only looks, so that everybody may.
func (a *API) checkStep(t *Target, w http.ResponseWriter, r *http.Request) error {
	l, s, err := step(r)
	if err != nil {
		return err
	}
	outcome, seen := t.hold(l, s)
	at := room.Place{Lesson: l.ID, Step: s.ID}
	wire := jsonOutcome{OK: outcome.OK, Says: outcome.Says, Right: []*int{}, Figures: map[string]string{}}
	figures := make(map[string]string)
	if outcome.OK {
		for _, name := range s.Figures() {
			figures[name] = seen.Figure(name)
		}
		t.Room.Held(at, time.Now(), figures)
		wire.Sealed = !t.Open(r, at)
	}
	switch {
	case wire.Sealed:
		wire.Says = "it does what this step is about. Lock your prediction, and check again to see what is so."
	case outcome.OK:
		for _, q := range s.Questions {
			var right *int
			if q.Figure == "" {
				right = &q.Right
			}
			wire.Right = append(wire.Right, right)
		}
		wire.Figures = figures
	}
	return answer(w, http.StatusOK, wire)
}

// doStep does what one of a step's buttons says.
func (a *API) doStep(t *Target, w http.ResponseWriter, r *http.Request) error {
	l, s, err := step(r)
	if err != nil {
		return err
	}
	want := struct {
		Action *int `json:"action"`
	}{}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if want.Action == nil || *want.Action < 0 || *want.Action >= len(s.Do) {
		return refuse("field \"action\": want 0 to %d, by its place in the step", len(s.Do)-1)
	}
	return a.runStep(t, w, r, l, s.Do[*want.Action].Actions)
}

func (a *API) solveStep(t *Target, w http.ResponseWriter, r *http.Request) error {
	l, s, err := step(r)
	if err != nil {
		return err
	}
	return a.runStep(t, w, r, l, s.Solve)
}

// resetStep brings the lab to where the step begins.
func (a *API) resetStep(t *Target, w http.ResponseWriter, r *http.Request) error {
	l, s, err := step(r)
	if err != nil {
		return err
	}
	return a.runStep(t, w, r, l, s.Setup)
}

// runStep covers what a blind lesson does, and uncovers it for any other.
func (a *API) runStep(t *Target, w http.ResponseWriter, r *http.Request, l lesson.Lesson, actions []lesson.Action) error {
	t.cover(l.Blind)
	if err := lesson.Run(r.Context(), t.Lab, actions, by); err != nil {
		return err
	}
	return a.state(t, w, r)
}
