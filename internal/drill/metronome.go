package drill

import (
	"sync"
	"testing"
	"time"
)

const beat = 2 * time.Millisecond

// A Metronome tells by how much this process is woken late, because others had
// the cores or the machine under it stood still. So much of a delay is nobody's
// fault here.
type Metronome struct {
	mu   sync.Mutex
	last time.Time     // beat
	late time.Duration // at most, since it was asked
}

// NewMetronome returns one that runs until the test ends.
func NewMetronome(t *testing.T) *Metronome {
	m := &Metronome{last: time.Now()}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(beat):
				m.note()
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-stopped
	})
	return m
}

func (m *Metronome) note() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.late, m.last = max(m.late, now.Sub(m.last)-beat), now
}

// Late returns the most since the call before, of a beat that is overdue as well.
func (m *Metronome) Late() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	late := max(m.late, time.Since(m.last)-beat)
	m.late = 0
	return late
}
