package lesson

import (
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// lately is how far back a check looks where it counts something.
const lately = 10 * time.Second

// Seen is all that checks and figures rest on: the real lab at one instant.
type Seen struct {
	State   lab.State
	Figures profiler.Figures
	Verdict verdict.Verdict
	Scores  []lab.Score
	Past    []profiler.Reading // of the strategy that decides, oldest first, lately
	Forced  bool               // a collection, by somebody, since it began
}

// Look looks at the lab.
func Look(l *lab.Lab) Seen {
	s := Seen{State: l.State(), Verdict: l.Watch().Verdict()}
	s.Scores, _ = l.Scores()
	series := l.Watch().Series()
	_, figures, ok := series.Latest()
	if s.Figures = figures; !ok {
		for i := range s.Figures {
			s.Figures[i] = profiler.Unknown
		}
	}
	now := time.Now()
	var began time.Time
	for _, span := range series.Spans(now.Add(-time.Hour)) {
		began = span.From
	}
	for _, m := range series.Marks(began) {
		s.Forced = s.Forced || m.Kind == profiler.MarkGC
	}
	from := now.Add(-lately)
	if settled := began.Add(time.Second); settled.After(from) {
		from = settled // answers of the one before still come
	}
	for _, r := range series.Readings(from) {
		if r.Generation == s.State.Generation && profiler.Known(r.Get(profiler.HeapLive)) {
			s.Past = append(s.Past, r)
		}
	}
	return s
}

// over is how much a counter rose over the last so many seconds of what was
// seen, and over how many; unknown when less than most of it was.
func (s *Seen) over(m profiler.Metric, seconds float64) (rise, took float64) {
	if len(s.Past) == 0 {
		return profiler.Unknown, 0
	}
	last := &s.Past[len(s.Past)-1]
	first := last
	for i := len(s.Past) - 1; i >= 0 && last.At.Sub(s.Past[i].At).Seconds() <= seconds; i-- {
		first = &s.Past[i]
	}
	if took = last.At.Sub(first.At).Seconds(); took < 0.8*seconds {
		return profiler.Unknown, took
	}
	return last.Get(m) - first.Get(m), took
}

// score is what a strategy has cost; nil when it has not run for long enough
// to say how far its figures may be off.
func (s *Seen) score(strategy string) *lab.Score {
	for i := range s.Scores {
		if s.Scores[i].Strategy == strategy && s.Scores[i].BytesPerRequest != nil {
			return &s.Scores[i]
		}
	}
	return nil
}
