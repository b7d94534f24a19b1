package room

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/leakline/leakline/lab/lesson"
)

// What a room refuses.
var (
	ErrFull    = errors.New("the room is full")
	ErrInvalid = errors.New("invalid")
	ErrLocked  = errors.New("the prediction is locked")
)

// Config tunes a room. The zero value is ready for use.
type Config struct {
	MaxMembers int           // default 2 000
	Grace      time.Duration // for which a presenter without a page still presents; default 15 s
}

func (c Config) withDefaults() Config {
	c.MaxMembers = cmp.Or(c.MaxMembers, 2000)
	c.Grace = cmp.Or(c.Grace, 15*time.Second)
	return c
}

// A Visitor is a browser. A guide's answers are kept and not counted, so that
// whoever teaches can try a question first.
type Visitor struct {
	Session string
	Guide   bool
}

// A Place is a step of a lesson.
type Place struct {
	Lesson string `json:"lesson"`
	Step   string `json:"step"`
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Lesson, b.Lesson), cmp.Compare(a.Step, b.Step))
}

func (p Place) find() (lesson.Step, error) {
	l, err := lesson.Find(p.Lesson)
	if err != nil {
		return lesson.Step{}, err
	}
	return l.Step(p.Step)
}

// A Room is safe for concurrent use.
type Room struct {
	cfg     Config
	changed chan struct{} // something is to be told; one token

	mu       sync.Mutex
	id       string // new at each reset, so that browsers drop what they kept
	rev      uint64 // of what can be seen; never falls
	members  map[string]*member
	arrivals int
	answered map[Place]int     // members who have predicted a step, guides not counted
	tallied  map[Place][]Tally // what is known of their predictions; never changed, only dropped
	revealed map[Place]bool
	held     map[Place]holding // what was so when a step's check held first

	view      View
	presenter *member   // nil while nobody presents
	left      time.Time // when the presenter's last page went; zero while one is open

	touched   map[Place]bool // steps to be told of anew
	crowd     bool           // the members, or touched, are to be told of …
	viewMoved bool           // … or the view
}

// New returns an empty room.
func New(cfg Config) *Room {
	r := &Room{cfg: cfg.withDefaults(), changed: make(chan struct{}, 1), members: make(map[string]*member)}
	r.clearLocked()
	return r
}

func (r *Room) clearLocked() {
	r.id = rand.Text()[:8]
	r.answered, r.tallied = make(map[Place]int), make(map[Place][]Tally)
	r.revealed, r.held = make(map[Place]bool), make(map[Place]holding)
	r.touched = make(map[Place]bool)
	r.view, r.presenter, r.left = View{}, nil, time.Time{}
}

// Reset forgets everybody's names and answers; whoever has a page open is
// there again, without a name.
func (r *Room) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for session, m := range r.members {
		if m.pages == 0 {
			delete(r.members, session)
			continue
		}
		*m = member{session: session, guide: m.guide, pages: m.pages, order: m.order}
	}
	r.clearLocked()
	r.crowdLocked()
}

// Reveal shows the room what it predicted at a step.
func (r *Room) Reveal(p Place) error {
	if _, err := p.find(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.revealed[p] {
		r.revealed[p] = true
		r.crowdLocked(p)
	}
	return nil
}

// holding is since when a step's check is known to hold, and the figures of its
// text as they were then, in words.
type holding struct {
	at      time.Time
	figures map[string]string
}

// Held notes that a step's check holds, and its figures; the first time counts.
func (r *Room) Held(p Place, at time.Time, figures map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.held[p]; !known {
		r.held[p] = holding{at, maps.Clone(figures)}
		r.crowdLocked(p)
	}
}

// Measured returns the figures of a step as they were when its check held first,
// not to be changed; ok is false while it has not.
func (r *Room) Measured(p Place) (figures map[string]string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held, ok := r.held[p]
	return held.figures, ok
}

// crowdLocked has steps and members told of anew.
func (r *Room) crowdLocked(steps ...Place) {
	for _, p := range steps {
		r.touched[p] = true
	}
	r.crowd = true
	r.tellLocked()
}

func (r *Room) tellLocked() {
	r.rev++
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// Usage says what the room holds.
type Usage struct{ Members, MaxMembers int }

// Usage returns what the room holds.
func (r *Room) Usage() Usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Usage{len(r.members), r.cfg.MaxMembers}
}

// placeLocked reports whether there is a place for one more, which it makes
// where nothing is lost.
func (r *Room) placeLocked() bool {
	if len(r.members) >= r.cfg.MaxMembers {
		for _, m := range r.members {
			r.forgetIdleLocked(m)
		}
	}
	return len(r.members) < r.cfg.MaxMembers
}

// memberLocked finds a visitor, or lets it in.
func (r *Room) memberLocked(v Visitor) (*member, error) {
	if m := r.members[v.Session]; m != nil {
		if m.guide != v.Guide { // who has signed in anew
			for p := range m.answers {
				r.countLocked(m, p, -1)
			}
			m.guide = v.Guide
			for p := range m.answers {
				r.countLocked(m, p, +1)
			}
			r.crowdLocked(m.places()...)
		}
		return m, nil
	}
	if !r.placeLocked() {
		return nil, fmt.Errorf("%w: it holds %d; the instructor can reset it", ErrFull, r.cfg.MaxMembers)
	}
	r.arrivals++
	m := &member{session: v.Session, guide: v.Guide, order: r.arrivals}
	r.members[v.Session] = m
	return m, nil
}
