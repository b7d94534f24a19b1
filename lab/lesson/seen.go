package lesson

import (
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// lately is how far back a check looks where it counts something.
const lately = 10 * time.Second

// settling is for how long after a switch no alert is tried: what is set up
// then is no trend.
const settling = 2 * time.Second

// Seen is all that checks and figures rest on: the real lab at one instant.
type Seen struct {
	State   lab.State
	Figures profiler.Figures
	Verdict verdict.Verdict
	Scores  []lab.Score
	Past    []profiler.Reading // of the strategy that decides, oldest first, lately
	Began   time.Time          // when it was chosen, or its life began
	Run     []profiler.Reading // of all its time once settled, five minutes at most, a reading a second
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
	for _, span := range series.Spans(now.Add(-time.Hour)) {
		s.Began = span.From
	}
	for _, m := range series.Marks(s.Began) {
		s.Forced = s.Forced || m.Kind == profiler.MarkGC
	}
	from := now.Add(-lately)
	if settled := s.Began.Add(time.Second); settled.After(from) {
		from = settled // answers of the one before still come
	}
	for _, r := range series.Readings(from) {
		if r.Generation == s.State.Generation && profiler.Known(r.Get(profiler.HeapLive)) {
			s.Past = append(s.Past, r)
		}
	}
	s.bridge()
	s.Run = everySecond(series.Readings(s.Began.Add(settling)), s.State.Generation)
	return s
}

// bridge takes what is unknown just now, as in the pause of a heap graph, from
// the last that was seen of this life.
func (s *Seen) bridge() {
	n := len(s.Past)
	if n < 2 {
		return
	}
	before := profiler.Derive(&s.Past[n-2], &s.Past[n-1])
	for i, v := range s.Figures {
		if !profiler.Known(v) {
			s.Figures[i] = before[i]
		}
	}
}

// everySecond thins out readings of one life.
func everySecond(all []profiler.Reading, generation uint32) (some []profiler.Reading) {
	for _, r := range all {
		if r.Generation != generation || !profiler.Known(r.Get(profiler.HeapLive)) {
			continue
		}
		if len(some) == 0 || r.At.Sub(some[len(some)-1].At) >= 950*time.Millisecond {
			some = append(some, r)
		}
	}
	return some
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
