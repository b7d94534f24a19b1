package lab

import (
	"net/http"
	"testing"
	"time"
)

func TestWrongDecisionsAreCounted(t *testing.T) {
	tests := []struct {
		name    string
		says    func(string, bool) (int, string)
		foreign bool
		want    float64 // of 1000 decisions, a tenth of them on risky users
	}{
		{"a checker that knows", decides, false, 0},
		{"one that waves everybody through", func(id string, _ bool) (int, string) { return decides(id, false) }, false, 100},
		{"one that stops everybody", func(id string, _ bool) (int, string) { return decides(id, true) }, false, 900},
		{"one that fails decides nothing", func(string, bool) (int, string) { return http.StatusServiceUnavailable, "" }, false, 0},
		{"a list that is somebody's cannot be judged", func(id string, _ bool) (int, string) { return decides(id, true) }, true, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(time.Millisecond)
			d.says = tt.says
			c := runLoad(t, d, LoadSettings{RPS: 100, RiskyShare: 0.1}, tt.foreign, wait(10*time.Second))
			about(t, "wrong", c.Wrong, tt.want, 35)
			if tt.want == 0 && c.Wrong != 0 {
				t.Errorf("%d are called wrong, want none", c.Wrong)
			}
		})
	}
}

// While the list changes nobody can say whether the users in between are
// risky; about everybody else there is no doubt.
func TestAChangeOfTheListIsNotCalledWrong(t *testing.T) {
	tests := []struct {
		name     string
		from, to int
		takes    time.Duration
	}{
		{"the list grows", 100, 300, 10 * time.Millisecond},
		{"the list shrinks", 300, 100, 10 * time.Millisecond},
		{"it grows while answers take seconds", 100, 300, 5 * time.Second},
		{"it shrinks while answers take seconds", 300, 100, 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(tt.takes)
			d.risky.Store(int64(tt.from))
			s := LoadSettings{RPS: 200, RiskyShare: 0.5, RiskyUsers: tt.from}
			c := runLoad(t, d, s, false, func(l *load) {
				time.Sleep(3 * time.Second)
				settled := l.transition(min(tt.from, tt.to), max(tt.from, tt.to))
				time.Sleep(time.Second) // the database works
				d.risky.Store(int64(tt.to))
				time.Sleep(time.Second) // the checker is told
				s.RiskyUsers = tt.to
				l.set(s)
				time.Sleep(2 * time.Second)
				settled()
				time.Sleep(10 * time.Second)
			})
			if c.Wrong != 0 {
				t.Errorf("%d of %d decisions are called wrong, want none", c.Wrong, c.Answered)
			}
		})
	}
}

func TestTheOthersAreJudgedMeanwhile(t *testing.T) {
	d := newDesk(0)
	d.says = func(id string, _ bool) (int, string) { return decides(id, false) }
	c := runLoad(t, d, LoadSettings{RPS: 100, RiskyShare: 1, RiskyUsers: 100}, false, func(l *load) {
		l.transition(50, 100)
		time.Sleep(10 * time.Second)
	})
	about(t, "wrong, of users 0 to 49", c.Wrong, 500, 80)
}

// Two changes in a row: the end of the first must not end the second.
func TestTheLastChangeSettles(t *testing.T) {
	l := newLoad(allUsers, LoadSettings{RiskyUsers: 100}, false)
	judged := func(user int) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.judgesLocked(user)
	}
	first := l.transition(100, 200)
	second := l.transition(200, 300)
	first()
	if judged(150) || judged(250) || !judged(99) || !judged(300) {
		t.Errorf("users 99, 150, 250, 300 are judged: %v %v %v %v, want those in between in doubt",
			judged(99), judged(150), judged(250), judged(300))
	}
	second()
	if !judged(150) || !judged(250) {
		t.Error("users are in doubt after the last change has settled")
	}
}
