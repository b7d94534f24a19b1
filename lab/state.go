package lab

import "time"

// Status says what the patient is doing. The words are wire format.
type Status string

// The states of the patient.
const (
	Starting   Status = "starting"
	Running    Status = "running"
	Draining   Status = "draining" // being stopped, or switching
	BackingOff Status = "backing-off"
	Halted     Status = "halted"
)

// State is what the lab knows of its patient at one instant.
type State struct {
	Status             Status
	Generation         uint32 // lives so far
	Strategy           string
	StrategyGeneration uint64    // of the checker in this life
	Since              time.Time // when the present life became ready; zero when it is not
	Restarts           int
	OOMKills           int
	LastExit           string    // how the life before ended, empty for the first
	Attempt            int       // start attempts since the last life that was ready
	RetryAt            time.Time // while backing off
	Load               LoadSettings
	Counts             LoadCounts
	Updater            string
	Redis              string // what runs, in words
	Database           string // in words
}

// State returns the present state.
func (l *Lab) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.state
	s.Load, s.Counts = l.load.get(), l.load.counts()
	return s
}

// change alters the state and tells whoever follows it.
func (l *Lab) change(f func(*State)) {
	l.mu.Lock()
	f(&l.state)
	l.mu.Unlock()
	if l.cfg.OnState != nil {
		l.cfg.OnState()
	}
}
