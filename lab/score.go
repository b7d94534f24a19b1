package lab

import (
	"slices"
	"time"

	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

// A Score is what one strategy has cost over the time in which it decided.
// What is not known is nil.
type Score struct {
	Strategy string     `json:"strategy"`
	Current  bool       `json:"current"`
	ActiveS  float64    `json:"active_s"`
	RPS      [2]float64 `json:"rps"` // least and most that was asked for
	Requests float64    `json:"requests"`

	BytesPerRequest   *diff.Interval `json:"bytes_per_request"`
	ObjectsPerRequest *diff.Interval `json:"objects_per_request"`
	CPUPerRequest     *diff.Interval `json:"cpu_s_per_request"`
	GCCPU             *diff.Interval `json:"gc_cpu"` // share of the CPU there was
	Floor             *float64       `json:"floor_bytes"`
	Slope             *diff.Interval `json:"floor_bytes_per_s"` // as it was last judged
	LatencyP50        *diff.Interval `json:"latency_p50_s"`
	LatencyP99        *diff.Interval `json:"latency_p99_s"`

	Failed  float64      `json:"failed"`
	Wrong   *float64     `json:"wrong"`
	Skipped float64      `json:"skipped"`
	Deaths  int          `json:"deaths"`
	Verdict verdict.Word `json:"verdict"`
}

// scores lists what is known of each strategy that has run, in the order of
// the catalog; of the one that runs, now is what is thought of it.
func (s *scoreboard) scores(now verdict.Verdict) (list []Score, since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judgeLocked(now)
	for _, spec := range strategy.Catalog() {
		r := s.rows[spec.Name]
		if r == nil {
			continue
		}
		score := r.score(s.load.latencies.Bounds())
		score.Strategy, score.Current = spec.Name, spec.Name == s.current
		score.Verdict, score.Slope = r.verdict.Word, r.verdict.Growth
		list = append(list, score)
	}
	return slices.Clip(list), s.since
}

// score writes out a tally.
func (t *tally) score(bounds []float64) Score {
	s := Score{
		ActiveS: t.active.Seconds(), RPS: t.load, Requests: t.requests,
		BytesPerRequest: t.bytes.interval(), ObjectsPerRequest: t.objects.interval(), CPUPerRequest: t.cpu.interval(),
		GCCPU: t.gc.interval(), LatencyP50: t.quantile(bounds, 0.50), LatencyP99: t.quantile(bounds, 0.99),
		Failed: t.errors, Skipped: t.skipped, Deaths: t.deaths,
	}
	if f := t.floor(); profiler.Known(f) {
		s.Floor = &f
	}
	if t.judged {
		s.Wrong = &t.wrong
	}
	return s
}

// Scores lists what each strategy has cost since the given time.
func (l *Lab) Scores() (scores []Score, since time.Time) {
	return l.scores.scores(l.watch.Verdict())
}
