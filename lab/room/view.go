package room

import (
	"cmp"
	"fmt"
	"time"
)

// longestRange is all that a live page can show, in ms.
const longestRange = 3_600_000

// A View is what the presenter shows: a step, and a stretch of the live page.
// What it points to is never changed.
type View struct {
	Name string `json:"name"` // the presenter's, "" for who has not said
	At   *Place `json:"at"`   // nil before a step was shown
	Live *Range `json:"live"` // nil before the live page was
}

// A Range is what a live page shows. Times are Unix ms. From and To are nil
// where the newest data is followed, Cursor where there is none.
type Range struct {
	Window string `json:"window"` // "1m", "5m", "15m" or "1h"
	From   *int64 `json:"from"`
	To     *int64 `json:"to"`
	Cursor *int64 `json:"cursor"`
}

func (l *Range) check() error {
	switch l.Window {
	case "1m", "5m", "15m", "1h":
	default:
		return fmt.Errorf("%w: window %.20q: want 1m, 5m, 15m or 1h", ErrInvalid, l.Window)
	}
	if (l.From == nil) != (l.To == nil) {
		return fmt.Errorf("%w: a range needs both ends, from and to", ErrInvalid)
	}
	if l.From != nil && (*l.From < 0 || *l.To <= *l.From || *l.To-*l.From > longestRange) {
		return fmt.Errorf("%w: a range goes from an earlier time to a later, an hour at most", ErrInvalid)
	}
	if l.Cursor != nil && *l.Cursor < 0 {
		return fmt.Errorf("%w: cursor %d: want Unix milliseconds", ErrInvalid, *l.Cursor)
	}
	return nil
}

// A Showing is what a presenter changes of the view; nil leaves what stands.
type Showing struct {
	Presenting *bool
	At         *Place
	Live       *Range
}

// Present has a visitor show something, and returns what is shown now, nil for
// nothing. Who begins takes over from who was; a page of somebody who does not
// present changes nothing.
func (r *Room) Present(v Visitor, s Showing) (*View, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := r.memberLocked(v)
	if err != nil {
		return nil, err
	}
	if s.Presenting != nil {
		r.presentingLocked(m, *s.Presenting)
	}
	if m == r.presenter && (s.At != nil || s.Live != nil) {
		r.view.At, r.view.Live = cmp.Or(s.At, r.view.At), cmp.Or(s.Live, r.view.Live)
		r.viewLocked()
	}
	return r.presentedLocked(), nil
}

func (s Showing) check() error {
	if s.At != nil {
		if _, err := s.At.find(); err != nil {
			return err
		}
	}
	if s.Live != nil {
		return s.Live.check()
	}
	return nil
}

// presentingLocked has a member begin to present, or end it.
func (r *Room) presentingLocked(m *member, on bool) {
	switch {
	case on && m != r.presenter:
		r.view, r.presenter, r.left = View{}, m, time.Time{}
		if m.pages == 0 {
			r.left = time.Now()
		}
		r.viewLocked()
	case !on && m == r.presenter:
		r.endLocked()
	}
}

// Presented reports whether somebody presents.
func (r *Room) Presented() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.presenter != nil
}

// presentedLocked is the view as it is told.
func (r *Room) presentedLocked() *View {
	if r.presenter == nil {
		return nil
	}
	view := r.view
	view.Name = r.presenter.name
	return &view
}

// viewLocked has the view told of anew.
func (r *Room) viewLocked() {
	r.viewMoved = true
	r.tellLocked()
}

func (r *Room) endLocked() {
	m := r.presenter
	r.view, r.presenter, r.left = View{}, nil, time.Time{}
	r.forgetIdleLocked(m)
	r.viewLocked()
}

// abandonedLocked ends a presentation whose last page has been gone for too
// long, and says when to look again; zero for never.
func (r *Room) abandonedLocked(now time.Time) (again time.Time) {
	if r.presenter == nil || r.left.IsZero() {
		return time.Time{}
	}
	end := r.left.Add(r.cfg.Grace)
	if now.Before(end) {
		return end
	}
	r.endLocked()
	return time.Time{}
}
