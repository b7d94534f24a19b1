package room

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longestName is in runes.
const longestName = 40

// A member is somebody who has a page open, or has done something here.
type member struct {
	session string
	guide   bool
	name    string // "" for who has not said
	at      Place  // zero before the first step
	answers map[Place]given
	pages   int // open
	order   int // of arrival
}

// idle reports whether nothing is lost when the member is forgotten.
func (m *member) idle() bool { return m.pages == 0 && m.name == "" && len(m.answers) == 0 }

// places lists the steps that count the member.
func (m *member) places() (all []Place) {
	for p := range m.answers {
		all = append(all, p)
	}
	if m.at != (Place{}) {
		all = append(all, m.at)
	}
	return all
}

// Arrive notes that a visitor has opened a page; leave, called once, that it is
// closed. A full room takes no notice.
func (r *Room) Arrive(v Visitor) (leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := r.memberLocked(v)
	if err != nil {
		return func() {}
	}
	m.pages++
	if m == r.presenter {
		r.left = time.Time{}
	}
	r.crowdLocked()
	return func() { r.leave(m) }
}

func (r *Room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m.pages--
	if m.pages > 0 {
		return
	}
	if m == r.presenter {
		r.left = time.Now()
	}
	r.forgetIdleLocked(m)
	if m.at != (Place{}) {
		r.touched[m.at] = true
	}
	r.crowdLocked()
}

// forgetIdleLocked makes room where nothing is lost.
func (r *Room) forgetIdleLocked(m *member) {
	if m.idle() && m != r.presenter {
		delete(r.members, m.session)
	}
}

// A Change is what a member says of itself; nil leaves what stands.
type Change struct {
	Name *string
	At   *Place
}

// Join lets a visitor say who it is and which step it is on.
func (r *Room) Join(v Visitor, c Change) error {
	name := ""
	if c.Name != nil {
		var err error
		if name, err = cleanName(*c.Name); err != nil {
			return err
		}
	}
	if c.At != nil {
		if _, err := c.At.find(); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := r.memberLocked(v)
	if err != nil {
		return err
	}
	if c.Name != nil {
		m.name = name
	}
	if c.At != nil && *c.At != m.at {
		if m.at != (Place{}) {
			r.touched[m.at] = true
		}
		m.at = *c.At
		r.touched[m.at] = true
	}
	r.crowdLocked()
	return nil
}

// cleanName returns a name as it is shown. Joiners make names and emoji of
// several scripts; all else that cannot be seen could turn a list around.
func cleanName(raw string) (string, error) {
	name := strings.TrimSpace(raw)
	n := utf8.RuneCountInString(name)
	switch {
	case n == 0:
		return "", fmt.Errorf("%w: the name is empty: want 1 to %d characters", ErrInvalid, longestName)
	case n > longestName:
		return "", fmt.Errorf("%w: the name has %d characters: want 1 to %d", ErrInvalid, n, longestName)
	case !utf8.ValidString(name):
		return "", fmt.Errorf("%w: the name is not UTF-8", ErrInvalid)
	}
	const joiner, nonJoiner = '\u200d', '\u200c'
	seen := false
	for _, c := range name {
		if c != joiner && c != nonJoiner && !unicode.IsPrint(c) {
			return "", fmt.Errorf("%w: the name has a character that cannot be shown: %U", ErrInvalid, c)
		}
		seen = seen || unicode.IsPrint(c)
	}
	if !seen {
		return "", fmt.Errorf("%w: nothing of the name can be seen", ErrInvalid)
	}
	return name, nil
}
