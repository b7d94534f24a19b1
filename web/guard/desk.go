package guard

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// deskIdle is how long the holder of the desk may be silent before it is free.
const deskIdle = 5 * time.Minute

// A TakenError reports that another instructor has the desk.
type TakenError struct{ Since time.Time }

func (e *TakenError) Error() string {
	return fmt.Sprintf("another instructor has the desk since %s; take it over first", e.Since.Format("15:04"))
}

func isTaken(err error) bool {
	var taken *TakenError
	return errors.As(err, &taken)
}

// A Desk is where one instructor at a time works. It belongs to a session, from
// the first change that one makes until another takes over or it has been
// silent for long. The zero value is a free desk.
type Desk struct {
	mu      sync.Mutex
	holder  string // a session; "" while nobody has it
	since   time.Time
	heard   time.Time      // of the holder
	streams map[string]int // live streams by session; the hubs bound them
}

// DeskState is who has the desk, as one session sees it.
type DeskState struct {
	Taken, Yours bool
	Since        time.Time
}

// State says who has the desk at now.
func (d *Desk) State(session string, now time.Time) DeskState {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.freeLocked(now) {
		return DeskState{}
	}
	return DeskState{Taken: true, Yours: session == d.holder, Since: d.since}
}

// Claim gives the desk to a session if it is free, and refuses it with a
// TakenError while another has it.
func (d *Desk) Claim(session string, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.freeLocked(now):
		d.giveLocked(session, now)
	case session != d.holder:
		return &TakenError{d.since}
	}
	d.heard = now
	return nil
}

// TakeOver gives the desk to a session, whoever has it.
func (d *Desk) TakeOver(session string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.freeLocked(now) || session != d.holder {
		d.giveLocked(session, now)
	}
	d.heard = now
}

// Heard notes a request of a session.
func (d *Desk) Heard(session string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if session == d.holder && !d.freeLocked(now) {
		d.heard = now
	}
}

// Follow notes that a live stream of a session begins; what it returns, that it
// ends. Whoever follows one is not silent.
func (d *Desk) Follow(session string, clock func() time.Time) (end func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.streams == nil {
		d.streams = make(map[string]int)
	}
	d.streams[session]++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.streams[session]--; d.streams[session] == 0 {
			delete(d.streams, session)
		}
		if session == d.holder {
			d.heard = clock()
		}
	}
}

func (d *Desk) giveLocked(session string, now time.Time) {
	d.holder, d.since = session, now
}

func (d *Desk) freeLocked(now time.Time) bool {
	return d.holder == "" || d.streams[d.holder] == 0 && now.Sub(d.heard) >= deskIdle
}

// Streams is how many live streams are open of those who may have the desk.
func (d *Desk) Streams() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, open := range d.streams {
		n += open
	}
	return n
}
