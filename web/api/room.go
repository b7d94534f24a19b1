package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/web/guard"
)

// Visitor is the browser that sent a request. Who sends a token with each
// request is nobody in particular.
func Visitor(r *http.Request) (room.Visitor, error) {
	v := Looker(r)
	if v.Session == "" {
		return v, Refuse(http.StatusConflict, "a bearer token has no place in the room: sign in with the link, and send the cookie")
	}
	return v, nil
}

// room shows what the sender may see. Who has no session is told what everybody
// is, and the instructor the rest.
func (a *API) room(t *Target, w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, t.Room.Look(Looker(r)))
}

// Looker is who asks to see the room; without a session, nobody in it.
func Looker(r *http.Request) room.Visitor {
	s := guard.SenderFrom(r.Context())
	return room.Visitor{Session: s.Session, Guide: s.Role == guard.Instructor}
}

func (a *API) joinRoom(t *Target, w http.ResponseWriter, r *http.Request) error {
	v, err := Visitor(r)
	if err != nil {
		return err
	}
	var want struct {
		Name   *string `json:"name"`
		Lesson *string `json:"lesson"`
		Step   *string `json:"step"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	at, err := place(want.Lesson, want.Step)
	if err != nil {
		return err
	}
	if err := t.Room.Join(v, room.Change{Name: want.Name, At: at}); err != nil {
		return err
	}
	return a.room(t, w, r)
}

// place is a step that a body may name; nil when it names none.
func place(lesson, step *string) (*room.Place, error) {
	if (lesson == nil) != (step == nil) {
		return nil, refuse("a step is named by both of \"lesson\" and \"step\"")
	}
	if lesson == nil {
		return nil, nil
	}
	return &room.Place{Lesson: *lesson, Step: *step}, nil
}

func (a *API) lockAnswers(t *Target, w http.ResponseWriter, r *http.Request) error {
	v, err := Visitor(r)
	if err != nil {
		return err
	}
	var want struct {
		Answers []string `json:"answers"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if err := t.Room.Lock(v, room.Place{Lesson: r.PathValue("lesson"), Step: r.PathValue("step")}, want.Answers); err != nil {
		return err
	}
	return a.room(t, w, r)
}

func (a *API) revealRoom(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Lesson *string `json:"lesson"`
		Step   *string `json:"step"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	at, err := place(want.Lesson, want.Step)
	if err != nil {
		return err
	}
	if at == nil {
		return refuse("name a step by \"lesson\" and \"step\"")
	}
	if err := t.Room.Reveal(*at); err != nil {
		return err
	}
	return a.room(t, w, r)
}

// presentView is called at every move of a presenter's cursor, so that it
// answers with the view alone.
func (a *API) presentView(t *Target, w http.ResponseWriter, r *http.Request) error {
	v, err := Visitor(r)
	if err != nil {
		return err
	}
	var want struct {
		Presenting *bool       `json:"presenting"`
		Lesson     *string     `json:"lesson"`
		Step       *string     `json:"step"`
		Live       *room.Range `json:"live"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	at, err := place(want.Lesson, want.Step)
	if err != nil {
		return err
	}
	view, err := t.Room.Present(v, room.Showing{Presenting: want.Presenting, At: at, Live: want.Live})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]*room.View{"view": view})
}

func (a *API) resetRoom(t *Target, w http.ResponseWriter, _ *http.Request) error {
	t.Room.Reset()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// PublishRoom sends what changes in the room of a lab's target, until ctx ends.
func PublishRoom(ctx context.Context, t *Target) error {
	return t.Room.Watch(ctx, func(s room.Shown) error {
		raw, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("encoding the room: %w", err)
		}
		t.Hub.Room(raw)
		return nil
	})
}
