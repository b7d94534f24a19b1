package room

import (
	"fmt"
	"slices"

	"github.com/leakline/leakline/lab/lesson"
)

// Shown is what everybody in the room may see.
type Shown struct {
	ID      string `json:"id"`
	Rev     uint64 `json:"rev"`     // of two, the larger is the newer
	Here    int    `json:"here"`    // who have a page open; guides are not counted
	Members int    `json:"members"` // and who have said or predicted something
	View    *View  `json:"view"`    // nil while nobody presents
	Steps   []Step `json:"steps"`
}

// A Step is how far the room is with one.
type Step struct {
	Place
	Here      int     `json:"here"`     // of those who have a page open
	Answered  int     `json:"answered"` // before the reveal
	Revealed  bool    `json:"revealed"`
	HeldAt    *int64  `json:"held_at"`   // Unix ms; nil while its check has held for nobody
	Questions []Tally `json:"questions"` // nil where they are not to be seen
}

// A Sight is what one visitor may see.
type Sight struct {
	Shown
	Me     *Me      `json:"me"`     // nil for who is no member
	People []Person `json:"people"` // nil for all but guides
}

// Me is what a visitor has said.
type Me struct {
	Name       string    `json:"name"`
	At         *Place    `json:"at"`
	Presenting bool      `json:"presenting"`
	Answers    []Answers `json:"answers"`
}

// Answers are what was locked at a step.
type Answers struct {
	Place
	Answers []string `json:"answers"`
	Late    bool     `json:"late"` // after the reveal: not counted
}

// A Person is a member as guides see it. Namesakes are numbered.
type Person struct {
	Name     string `json:"name"`
	At       *Place `json:"at"`
	Answered int    `json:"answered"` // steps
	Here     bool   `json:"here"`
}

// Look returns what a visitor may see: others by name, and predictions that are
// not revealed, as a guide alone.
func (r *Room) Look(v Visitor) Sight {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Sight{Shown: r.shownLocked(allPlaces(), v.Guide)}
	if m := r.members[v.Session]; m != nil {
		s.Me = m.me(m == r.presenter)
	}
	if v.Guide {
		s.People = r.peopleLocked()
	}
	return s
}

// Open reports whether what is so at a step is no secret to a visitor: they have
// locked their prediction, the guide has revealed the step, or the room has no
// place for them to lock anything.
func (r *Room) Open(v Visitor, p Place) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.members[v.Session]; m != nil {
		_, locked := m.answers[p]
		return locked || r.revealed[p]
	}
	return r.revealed[p] || v.Session != "" && !r.placeLocked()
}

func allPlaces() (all []Place) {
	for _, l := range lesson.All() {
		for _, s := range l.Steps {
			all = append(all, Place{l.ID, s.ID})
		}
	}
	return all
}

// shownLocked describes the given steps; sealed ones too for guides.
func (r *Room) shownLocked(places []Place, sealed bool) Shown {
	s := Shown{ID: r.id, Rev: r.rev, View: r.presentedLocked(), Steps: []Step{}}
	here := make(map[Place]int)
	for _, m := range r.members {
		if m.guide {
			continue
		}
		s.Members++
		if m.pages > 0 {
			s.Here++
			here[m.at]++
		}
	}
	for _, p := range places {
		step := Step{Place: p, Here: here[p], Answered: r.answered[p], Revealed: r.revealed[p]}
		if held, ok := r.held[p]; ok {
			ms := held.at.UnixMilli()
			step.HeldAt = &ms
		}
		if found, err := p.find(); err == nil && (sealed || step.Revealed) {
			step.Questions = r.talliesLocked(p, found.Questions)
		}
		s.Steps = append(s.Steps, step)
	}
	return s
}

func (m *member) me(presenting bool) *Me {
	me := &Me{Name: m.name, At: m.place(), Presenting: presenting, Answers: []Answers{}}
	for _, p := range allPlaces() {
		if given, ok := m.answers[p]; ok {
			me.Answers = append(me.Answers, Answers{p, written(given.answers), given.late})
		}
	}
	return me
}

// place is where the member is, nil before it said.
func (m *member) place() *Place {
	if m.at == (Place{}) {
		return nil
	}
	at := m.at
	return &at
}

func (r *Room) peopleLocked() []Person {
	members := make([]*member, 0, len(r.members))
	for _, m := range r.members {
		if !m.guide {
			members = append(members, m)
		}
	}
	slices.SortFunc(members, func(a, b *member) int { return a.order - b.order })
	people, namesakes := make([]Person, len(members)), make(map[string]int)
	for i, m := range members {
		name := m.name
		if name == "" {
			name = "Someone"
		}
		namesakes[name]++
		if n := namesakes[name]; n > 1 {
			name = fmt.Sprintf("%s (%d)", name, n)
		}
		people[i] = Person{Name: name, At: m.place(), Answered: len(m.answers), Here: m.pages > 0}
	}
	return people
}
