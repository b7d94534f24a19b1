package lesson_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

// running is a lab in which a strategy has decided for six seconds, each of
// which adds so much to a counter.
func running(strategy string, perSecond map[profiler.Metric]float64, change func(*lesson.Seen)) *lesson.Seen {
	s := &lesson.Seen{Verdict: verdict.Verdict{Word: verdict.Insufficient}}
	s.State.Status, s.State.Strategy = lab.Running, strategy
	s.State.Load = lab.LoadSettings{RPS: 100}
	s.State.Faults = lab.Faults{CheckTimeoutMS: 250, Updater: "atomic"}
	for i := range s.Figures {
		s.Figures[i] = profiler.Unknown
	}
	begin := time.Now()
	for i := range 61 {
		r := profiler.NewReading(begin.Add(time.Duration(i)*100*time.Millisecond), 1)
		for m, rate := range perSecond {
			r.Set(m, rate*float64(i)/10)
		}
		s.Past = append(s.Past, r)
	}
	if change != nil {
		change(s)
	}
	return s
}

func scored(strategy string, bytes float64) lab.Score {
	return lab.Score{Strategy: strategy, BytesPerRequest: &diff.Interval{Low: bytes * 0.99, Estimate: bytes, High: bytes * 1.01}}
}

type rates = map[profiler.Metric]float64

func TestChecksSayWhatIsMissing(t *testing.T) {
	tests := []struct {
		name, check string
		seen        *lesson.Seen
		ok          bool
		says        string
	}{
		{"the checker is away", "churn", running("set-per-request", nil, func(s *lesson.Seen) { s.State.Status = lab.BackingOff }), false, "backing-off"},
		{"another strategy", "churn", running("list-scan", nil, nil), false, "list-scan decides: switch to set-per-request"},
		{"no load", "churn", running("set-per-request", nil, func(s *lesson.Seen) { s.State.Load.RPS = 0 }), false, "Only 0 payments"},
		{"too early", "churn", running("set-per-request", nil, nil), false, "too early"},
		{"a leak", "churn", running("set-per-request", nil, word(verdict.Leak)), false, "The verdict is leak"},
		{"churn", "churn", running("set-per-request", nil, word(verdict.Churn)), true, "Churn over"},

		{"Sets counted", "sets-counted", running("set-per-request", rates{profiler.SetsBuilt: 100}, suspect("")), true, "6\u00a0000 Sets a minute"},
		{"Sets of nobody", "sets-counted", running("set-per-request", rates{profiler.SetsBuilt: 100}, nil), false, "no line is named"},
		{"too few Sets", "sets-counted", running("set-per-request", rates{profiler.SetsBuilt: 50}, nil), false, "3\u00a0000 Sets a minute"},
		{"too short", "sets-counted", running("set-per-request", rates{profiler.SetsBuilt: 100}, func(s *lesson.Seen) { s.Past = s.Past[:9] }), false, "just begun"},

		{"nobody forced", "collected", running("set-per-request", nil, nil), false, "press Force GC"},
		{"collected", "collected", running("set-per-request", rates{profiler.AllocBytes: 2e8}, forced(2e6)), true, "2.00\u00a0MB is alive"},
		{"kept", "collected", running("set-per-request", rates{profiler.AllocBytes: 2e8}, forced(5e8)), false, "something is kept"},

		{"Redis is quick", "pile-up", running("set-per-request", nil, nil), false, "make SETEX slow"},
		{"a deadline", "pile-up", running("set-per-request", nil, func(s *lesson.Seen) { s.State.Faults.SetExLatencyMS = 6e4 }), false, "250 ms"},
		{"few wait", "pile-up", running("set-per-request", nil, waiting(3)), false, "3 requests are in flight, want 40"},
		{"no verdict yet", "pile-up", running("set-per-request", nil, waiting(60)), false, "until the verdict says so"},
		{"many wait", "pile-up", running("set-per-request", nil, func(s *lesson.Seen) { waiting(60)(s); word(verdict.Backlog)(s) }), true, "500\u00a0kB is alive"},

		{"nothing to compare with", "list-cheaper", running("list-scan", nil, nil), false, "set-per-request has not been measured"},
		{"not measured", "list-cheaper", running("list-scan", nil, scores(1e6, 0)), false, "list-scan has not been measured"},
		{"half", "list-cheaper", running("list-scan", nil, scores(1e6, 5e5)), true, "list-scan allocates"},
		{"hardly cheaper", "list-cheaper", running("list-scan", nil, scores(1e6, 9e5)), false, "change nothing else"},
		{"no cheaper", "list-cheaper", running("list-scan", nil, scores(1e6, 99e4)), false, "may be the same"},

		{"atomic", "forgets", running("redis-sismember", nil, nil), false, "updater is atomic"},
		{"none wrong", "forgets", running("redis-sismember", rates{profiler.LoadWrong: 0}, naive), false, "Wrong decisions in the last 4.00\u00a0s: 0"},
		{"somebody's list", "forgets", running("redis-sismember", nil, naive), false, "somebody's"},
		{"some wrong", "forgets", running("redis-sismember", rates{profiler.LoadWrong: 5}, naive), true, ": 20."},

		{"naive at the end", "sound", running("redis-sismember", nil, naive), false, "make it atomic"},
		{"wrong at the end", "sound", running("local-snapshot", rates{profiler.LoadWrong: 5}, nil), false, ": 20."},
		{"a fault at the end", "sound", running("local-snapshot", rates{profiler.LoadWrong: 0}, word(verdict.Backlog)), false, "backlog"},
		{"the floor's alert too early", "alert-leak", alarming("audit-forever", 8, 5e6, 0), false, "silent for"},
		{"the floor's alert", "alert-leak", alarming("audit-forever", 30, 5e6, 0), true, "The floor's alert fired after 9\u00a0s"},
		{"the floor's alert on churn", "alert-leak", alarming("audit-forever", 30, 0, 0), false, "silent for"},
		{"the cheap one", "alert-churn", running("set-per-request", nil, nil), false, "No request is dear enough"},
		{"the dear one", "alert-churn", alarming("set-per-request", 30, 0, 0), true, "Bytes per request fired after"},
		{"the dear one for a moment", "alert-churn", alarming("set-per-request", 10, 0, 0), false, "silent for"},
		{"the dear one that leaks", "alert-churn", alarming("set-per-request", 30, 5e6, 0), false, "The floor rises"},
		{"no queue", "alert-queue", alarming("set-per-request", 30, 5e6, 0), false, "No more than 20"},
		{"a queue alone", "alert-queue", alarming("set-per-request", 30, 0, 10), false, "memory has not yet"},
		{"a queue and its memory", "alert-queue", alarming("set-per-request", 30, 5e6, 10), true, "Requests in flight fired after"},
		{"no limit", "alert-restart", running("audit-forever", nil, nil), false, "no memory limit"},
		{"nothing died", "alert-restart", running("audit-forever", nil, limited(nil)), false, "Nothing has died"},
		{"it died just now", "alert-restart", running("audit-forever", nil, limited(&lab.Death{Why: "killed at its limit"})), false, "has not collected yet"},
		{"it died", "alert-restart", running("audit-forever", nil, func(s *lesson.Seen) {
			limited(&lab.Death{Why: "killed at its limit"})(s)
			s.Figures[profiler.FigFloor] = 2e6
		}), true, "The last life ended: killed at its limit."},

		{"a leak too early", "pinned", running("pinned-json", nil, word(verdict.Growing)), false, "too early"},
		{"a leak of another kind", "stranded", running("stranded-lookup", nil, word(verdict.Leak)), false, "want goroutine-leak"},
		{"a leak nowhere", "pinned", running("pinned-json", nil, word(verdict.Leak)), false, "no line is named"},
		{"a leak of nobody", "pinned", running("pinned-json", nil, suspect("")), false, "strategy.newRiskySet allocates what is kept"},
		{"a leak of somebody", "held-globally", running("audit-forever", nil, suspect("a/strategy.auditLog")), true, "A leak."},

		{"another patient", "blind-leak", running("local-snapshot", nil, word(verdict.Leak)), false, "not this patient"},
		{"a patient too early", "blind-innocent", running("warm-cache", nil, word(verdict.Warming)), false, "Nobody could say yet"},
		{"a patient disturbed", "blind-churn", running("set-per-request", nil, func(s *lesson.Seen) { s.Verdict.Word, s.Verdict.WindowS = verdict.Leak, 60 }), false, "does not behave"},
		{"a patient judged", "blind-leak", running("audit-forever", nil, func(s *lesson.Seen) { s.Verdict.Word, s.Verdict.Summary = verdict.Leak, "A leak." }), true, "A leak."},

		{"sound", "sound", running("local-snapshot", rates{profiler.LoadWrong: 0}, nil), true, "no decision is wrong"},
	}
	for _, tt := range tests {
		t.Run(tt.check+", "+tt.name, func(t *testing.T) {
			got := lesson.Step{Check: tt.check}.Hold(tt.seen)
			if got.OK != tt.ok || !strings.Contains(got.Says, tt.says) {
				t.Errorf("%+v, want ok %v and %q", got, tt.ok, tt.says)
			}
			if !strings.HasSuffix(got.Says, ".") || strings.Contains(got.Says, "NaN") {
				t.Errorf("%q is no sentence", got.Says)
			}
		})
	}
}

func word(w verdict.Word) func(*lesson.Seen) { return func(s *lesson.Seen) { s.Verdict.Word = w } }

func forced(floor float64) func(*lesson.Seen) {
	return func(s *lesson.Seen) { s.Forced, s.Figures[profiler.FigFloor] = true, floor }
}

func waiting(n float64) func(*lesson.Seen) {
	return func(s *lesson.Seen) {
		s.State.Faults.SetExLatencyMS, s.State.Faults.CheckTimeoutMS = 60_000, 0
		s.Figures[profiler.FigInFlight], s.Figures[profiler.FigFloor] = n, n*5e5
	}
}

func scores(before, after float64) func(*lesson.Seen) {
	return func(s *lesson.Seen) {
		s.Scores = []lab.Score{scored("set-per-request", before)}
		if after > 0 {
			s.Scores = append(s.Scores, scored("list-scan", after))
		}
	}
}

func naive(s *lesson.Seen) { s.State.Faults.Updater = "naive" }

func suspect(holder string) func(*lesson.Seen) {
	return func(s *lesson.Seen) {
		s.Verdict = verdict.Verdict{Word: verdict.Leak, Summary: "A leak.", Suspects: []verdict.Suspect{{Function: "a/strategy.newRiskySet", Holder: holder}}}
	}
}

// alarming is a lab in which a strategy of a megabyte a request has decided for
// so many seconds, each of which adds to the floor and to what is in flight.
func alarming(strategy string, seconds int, floor, inFlight float64) *lesson.Seen {
	s := running(strategy, nil, nil)
	s.Began = time.Now()
	for i := range seconds {
		r := profiler.NewReading(s.Began.Add(time.Duration(i+1)*time.Second), 1)
		r.Set(profiler.HeapLive, 2e6+floor*float64(i))
		r.Set(profiler.InFlight, inFlight*float64(i))
		r.Set(profiler.Requests, 100*float64(i))
		r.Set(profiler.AllocBytes, 1e8*float64(i))
		s.Run = append(s.Run, r)
	}
	return s
}

func limited(d *lab.Death) func(*lesson.Seen) {
	return func(s *lesson.Seen) { s.State.Limits.MemoryLimit, s.State.Death = 128<<20, d }
}
