package lab

import (
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// settle is how long after a switch, or the start of a life, nothing is put
// down to the new strategy: answers of the old one still come.
const settle = time.Second

// A scoreboard keeps a tally of each strategy. Readings come to it one after
// the other; the rest may come from anywhere.
type scoreboard struct {
	load *load

	mu      sync.Mutex
	rows    map[string]*row // by strategy
	current string
	trial   *tally // of the stretch of a trial that is being measured; else nil
	since   time.Time

	from profiler.Reading // first of the batch under way; zero At for none
	last profiler.Reading // the one before, for what the load counted
	base []uint64         // latencies at from
	deaf time.Time        // nothing is put down to a strategy before
}

type row struct {
	tally
	verdict verdict.Verdict // the last that was more than insufficient
}

func newScoreboard(l *load) *scoreboard {
	return &scoreboard{load: l, rows: make(map[string]*row), since: time.Now()}
}

// begin says that a strategy decides from now on.
func (s *scoreboard) begin(strategy string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows[strategy] == nil {
		s.rows[strategy] = &row{verdict: verdict.Verdict{Word: verdict.Insufficient}}
	}
	s.current = strategy
	s.from.At, s.deaf = time.Time{}, time.Now().Add(settle)
}

// judge takes in what is thought of the strategy that decides, or did last.
func (s *scoreboard) judge(v verdict.Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judgeLocked(v)
}

func (s *scoreboard) judgeLocked(v verdict.Verdict) {
	if r := s.rows[s.current]; r != nil && v.Word != verdict.Insufficient && v.Word != "" {
		r.verdict = v
	}
}

// died counts the end of a life that nobody asked for.
func (s *scoreboard) died(judged *verdict.Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if judged != nil {
		s.judgeLocked(*judged)
	}
	s.eachLocked(func(t *tally) { t.deaths++ })
}

// eachLocked calls f for whatever the present is put down to.
func (s *scoreboard) eachLocked(f func(*tally)) {
	if r := s.rows[s.current]; r != nil {
		f(&r.tally)
	}
	if s.trial != nil {
		f(s.trial)
	}
}

// reading takes in what was read last.
func (s *scoreboard) reading(r *profiler.Reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.countLocked(r)
	switch {
	case r.At.Before(s.deaf) || !profiler.Known(r.Get(profiler.AllocBytes)):
		s.from.At = time.Time{}
	case s.from.At.IsZero() || s.from.Generation != r.Generation:
		s.startLocked(r)
	case r.At.Sub(s.from.At) >= batchLength:
		s.finishLocked(r)
	}
}

// countLocked puts down what the load generator counted since the last reading.
func (s *scoreboard) countLocked(r *profiler.Reading) {
	since := func(m profiler.Metric) float64 {
		if d := r.Get(m) - s.last.Get(m); d > 0 && !s.last.At.IsZero() {
			return d
		}
		return 0
	}
	s.eachLocked(func(t *tally) {
		t.answered += since(profiler.LoadAnswered)
		t.errors += since(profiler.LoadErrors)
		t.skipped += since(profiler.LoadSkipped)
		t.wrong += since(profiler.LoadWrong)
		t.judged = t.judged || profiler.Known(r.Get(profiler.LoadWrong))
	})
	s.last = *r
}

func (s *scoreboard) startLocked(r *profiler.Reading) {
	s.from, s.base = *r, make([]uint64, len(s.load.latencies.Bounds())+1)
	s.load.latencies.Read(s.base)
}

// finishLocked ends a batch with r, which begins the next.
func (s *scoreboard) finishLocked(r *profiler.Reading) {
	from, base := s.from, s.base
	s.startLocked(r)
	b := batch{
		took: r.At.Sub(from.At), rps: s.load.get().RPS, floor: r.Get(profiler.HeapLive),
		latencies: make([]uint64, len(s.base)),
	}
	for i, m := range costs {
		b.cost[i] = r.Get(m) - from.Get(m)
	}
	for i := range b.latencies {
		b.latencies[i] = s.base[i] - base[i]
	}
	s.eachLocked(func(t *tally) { t.add(b) })
}

// clear begins again.
func (s *scoreboard) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows, s.since = make(map[string]*row), time.Now()
	s.from.At = time.Time{}
}

// measure has t take part until the next call; nil ends it. The batch under way is
// thrown away.
func (s *scoreboard) measure(t *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trial, s.from.At = t, time.Time{}
}
