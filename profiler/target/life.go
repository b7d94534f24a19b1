package target

import "time"

// Status says what a watched process is doing. The words are wire format.
type Status string

// The states of a watched process.
const (
	Starting   Status = "starting" // not heard of yet
	Running    Status = "running"
	Draining   Status = "draining"    // being stopped, or switching
	BackingOff Status = "backing-off" // gone; tried again at RetryAt
	Halted     Status = "halted"      // gone, and not tried again
)

// Down reports whether there is no process that can be asked.
func (s Status) Down() bool { return s != Running && s != Draining }

// A Life is what is known of how a process lives, at one instant.
type Life struct {
	Status     Status
	Generation uint32    // lives so far
	Since      time.Time // when the present life became ready, or was first seen; zero when there is none
	Restarts   int
	OOMKills   int
	LastExit   string    // how the life before ended, empty for the first
	Attempt    int       // attempts to start, or to reach it, since the last that succeeded
	RetryAt    time.Time // while backing off
}

// Up reports whether there is a process that can be asked.
func (l *Life) Up() bool { return !l.Status.Down() }
