package lab

import (
	"time"

	"github.com/leakline/leakline/profiler"
)

// Covered stands where the name of a strategy is covered.
const Covered = "covered"

// Cover hides from everybody who watches which strategy runs, how Redis and
// the database are disturbed and what all of it comes to, or shows it again.
// What is recorded in between stays as it is; marks made under the cover keep
// it, because they have been sent.
func (l *Lab) Cover(on bool) {
	l.change(func(s *State) {
		switch {
		case !on:
			s.CoveredSince = time.Time{}
		case s.CoveredSince.IsZero():
			s.CoveredSince = time.Now()
		}
	})
}

// Covered reports whether the names are covered.
func (s *State) Covered() bool { return !s.CoveredSince.IsZero() }

// Told is as much of a state as those who watch may know.
func (s State) Told() State {
	if !s.Covered() {
		return s
	}
	s.Strategy, s.StrategyGeneration, s.Faults = Covered, 0, noFaults
	s.Death, s.Capacity, s.Proof = nil, nil, nil
	return s
}

// mark records that something happened, in words that keep the cover.
func (l *Lab) mark(m profiler.Mark) {
	if s := l.State(); s.Covered() {
		m.From, m.To = "", ""
		if words, ok := coveredWords[m.Kind]; ok {
			m.Text = words
		}
	}
	l.watch.Mark(m)
}

// coveredWords are for the kinds of marks that would tell.
var coveredWords = map[profiler.MarkKind]string{
	profiler.MarkSwitch: "another patient",
	profiler.MarkStart:  "the checker is ready",
	profiler.MarkLoad:   "the load was changed",
	profiler.MarkNote:   "something was changed",
}
