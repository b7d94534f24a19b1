package lab_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

func TestATrialComparesInTurn(t *testing.T) {
	cfg := config(t)
	cfg.TrialWarmUp, cfg.RiskyUsers = 200*time.Millisecond, 1000
	s := run(t, cfg)
	s.watched(t, 1)
	if _, err := s.Compare(lab.TrialPlan{A: "set-per-request", B: "redis-sismember", Seconds: 5}); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"a switch": second(s.Use(t.Context(), "list-scan", "instructor")),
		"a load":   second(s.SetLoad(t.Context(), lab.LoadChange{RPS: ptr(7.0)}, "instructor")),
		"a fault":  second(s.SetFaults(t.Context(), lab.FaultsChange{SQLLatencyMS: ptr(int64(5))}, "instructor")),
		"a limit":  second(s.SetLimits(t.Context(), lab.LimitsChange{CheckerCPUs: ptr(2)}, "instructor")),
		"a trial":  second(s.Compare(lab.TrialPlan{A: "list-scan", B: "redis-sismember"})),
		"expiry":   s.Expire(t.Context(), "instructor"),
		"restart":  s.Restart("instructor"),
	} {
		if !errors.Is(err, lab.ErrTrial) {
			t.Errorf("%s during a trial: %v, want it refused", what, err)
		}
	}
	s.eventually(t, "the end of the trial", func() bool { return s.Trials()[0].Status != lab.TrialRunning })
	trial := s.Trials()[0]
	times := trial.Times.BytesPerRequest
	if trial.Status != lab.TrialDone || times == nil || times.High >= 1 {
		t.Fatalf("%s (%s), %+v times the bytes of building a Set, want fewer for certain", trial.Status, trial.Why, times)
	}
	if a, b := trial.ScoreA, trial.ScoreB; a.Requests < 100 || b.Requests < 100 || a.ActiveS < 6 || b.ActiveS < 6 {
		t.Errorf("%v and %v requests in %v and %v s, want nearly ten seconds of each", a.Requests, b.Requests, a.ActiveS, b.ActiveS)
	}
	if got := s.decidedBy(t); got != "set-per-request" {
		t.Errorf("%s decides afterwards, want what decided before", got)
	}
	want := "A B B A"
	if got := s.stretches(); got != want {
		t.Errorf("stretches %s, want %s", got, want)
	}
}

// stretches reads from the marks who decided in which.
func (s *stage) stretches() string {
	var turns []string
	for _, m := range s.Watch().Series().Marks(time.Time{}) {
		switch {
		case m.Kind != profiler.MarkRestart:
		case strings.Contains(m.Text, "set-per-request"):
			turns = append(turns, "A")
		case strings.Contains(m.Text, "redis-sismember"):
			turns = append(turns, "B")
		}
	}
	return strings.Join(turns, " ")
}

func second[T any](_ T, err error) error { return err }

func TestAResetStopsATrialAndIsProven(t *testing.T) {
	cfg := config(t)
	cfg.RPS = 10 // few connections, however busy the machine
	s := run(t, cfg)
	s.watched(t, 1)
	time.Sleep(5500 * time.Millisecond) // of a first life that nobody disturbs: what a reset is held against
	if _, err := s.Compare(lab.TrialPlan{A: "list-scan", B: "redis-sismember"}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "the first stretch", func() bool { return s.State().Strategy == "list-scan" })
	if err := s.Reset(t.Context(), "instructor"); err != nil {
		t.Fatal(err)
	}
	if trial := s.Trials()[0]; trial.Status != lab.TrialStopped || !strings.Contains(trial.Why, "reset") || trial.ScoreA != nil {
		t.Errorf("the trial is %s (%s), want stopped by the reset", trial.Status, trial.Why)
	}
	s.eventually(t, "the reset proven", func() bool { return s.State().Proof != nil })
	if p := s.State().Proof; !p.Back || p.First.Floor <= 0 || p.Now.Goroutines <= 0 {
		t.Errorf("%v", p)
	}
	if scores, _ := s.Scores(); len(scores) != 1 || scores[0].Strategy != "set-per-request" {
		t.Errorf("after a reset the scoreboard has %+v, want the first strategy alone", scores)
	}
}

func TestStoppingWhatIsNotThere(t *testing.T) {
	l, err := lab.New(t.Context(), config(t))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.StopTrial(t.Context(), "for no reason"); err != nil {
		t.Errorf("without a trial: %v", err)
	}
	// Nobody runs this lab, so nobody takes its trial either.
	if _, err := l.Compare(lab.TrialPlan{A: "list-scan", B: "redis-sismember"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := l.StopTrial(ctx, "for no reason"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopping a trial that nobody conducts: %v, want to have waited", err)
	}
}

func TestALoadByCapacity(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	load, err := s.SetLoad(t.Context(), lab.LoadChange{TimesCapacity: ptr(0.5)}, "instructor")
	if err != nil {
		t.Fatal(err)
	}
	capacity := s.State().Capacity
	if capacity == nil || capacity.RPS <= 50 || capacity.Strategy != "set-per-request" {
		t.Fatalf("capacity %+v, want more than the 50 a second that it decided all along", capacity)
	}
	if load.RPS < capacity.RPS/2 || load.RPS > capacity.RPS/2+1 {
		t.Errorf("half of %v is %v", capacity.RPS, load.RPS)
	}
	if _, err := s.Use(t.Context(), "local-snapshot", "instructor"); err != nil {
		t.Fatal(err)
	}
	if c := s.State().Capacity; c != nil {
		t.Errorf("%+v still stands after a switch", c)
	}
	for _, times := range []float64{-1, 0, 11} {
		if _, err := s.SetLoad(t.Context(), lab.LoadChange{TimesCapacity: &times}, "instructor"); !errors.Is(err, lab.ErrInvalid) {
			t.Errorf("%v times the capacity: %v", times, err)
		}
	}
}

// The lesson's fear is that a service allocates faster than it is collected.
// What happens is that it gets slower: the collector keeps up, and requests
// pile up.
func TestOutrunningTheCollectorIsABacklog(t *testing.T) {
	cfg := config(t)
	cfg.RiskyUsers = 1000
	s := run(t, cfg)
	s.watched(t, 1)
	noDeadline := int64(0)
	if _, err := s.SetFaults(t.Context(), lab.FaultsChange{CheckTimeoutMS: &noDeadline}, "instructor"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetLoad(t.Context(), lab.LoadChange{TimesCapacity: ptr(2.0)}, "instructor"); err != nil {
		t.Fatal(err)
	}
	from, _, _ := s.Watch().Series().Latest()
	s.eventually(t, "a backlog, in the judge's word", func() bool { return s.Watch().Verdict().Word == verdict.Backlog })
	now, figures, _ := s.Watch().Series().Latest()
	allocated := now.Get(profiler.AllocBytes) - from.Get(profiler.AllocBytes)
	if floor := now.Get(profiler.HeapLive); floor > allocated/3 {
		t.Errorf("%v bytes are alive of %v allocated, want most collected", floor, allocated)
	}
	if waiting, p99 := figures[profiler.FigInFlight], figures[profiler.FigLatencyP99]; waiting < 20 || p99 < 0.2 {
		t.Errorf("%v requests in flight, a hundredth waits for %v s: want a queue", waiting, p99)
	}
}
