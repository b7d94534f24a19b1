package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

const (
	maxTrials = 20 // kept; the oldest go first
	stretches = 4  // A, B, B, A: whatever drifts meanwhile weighs on both alike
)

// ErrTrial reports a command that would make a trial under way unfair.
var ErrTrial = errors.New("a trial is running: stop it first")

// A TrialPlan says which two strategies to compare.
type TrialPlan struct {
	A       string `json:"a"`
	B       string `json:"b"`
	Seconds int    `json:"seconds"` // measured in each stretch, default 15
}

// The states of a trial.
const (
	TrialRunning = "running"
	TrialDone    = "done"
	TrialStopped = "stopped"
)

// A Trial compares two strategies under equal load: each decides in two
// stretches, in the order A, B, B, A, each in a new process that has warmed up
// and collected.
type Trial struct {
	ID int `json:"id"`
	TrialPlan
	Status  string       `json:"status"` // running, done or stopped
	Why     string       `json:"why"`    // it was stopped, else empty
	Started time.Time    `json:"started"`
	Load    LoadSettings `json:"load"`
	Step    int          `json:"step"`    // stretch under way, 1 to 4
	EndsAt  time.Time    `json:"-"`       // about
	ScoreA  *Score       `json:"score_a"` // both stretches together, nil until done
	ScoreB  *Score       `json:"score_b"`
	Times   TrialTimes   `json:"times"`
}

// TrialTimes say how many times as much B takes as A; nil is not known.
type TrialTimes struct {
	BytesPerRequest   *diff.Interval `json:"bytes_per_request"`
	ObjectsPerRequest *diff.Interval `json:"objects_per_request"`
	CPUPerRequest     *diff.Interval `json:"cpu_s_per_request"`
	GCCPU             *diff.Interval `json:"gc_cpu"`
}

// trials are those that were asked for. The zero value is ready for use.
type trials struct {
	mu    sync.Mutex
	kept  []Trial // oldest first; the last may be running
	given int     // ids
	stop  context.CancelCauseFunc
	ended chan struct{} // closed when the one that runs has ended
}

// Trials lists the trials, oldest first.
func (l *Lab) Trials() []Trial {
	l.trials.mu.Lock()
	defer l.trials.mu.Unlock()
	return slices.Clone(l.trials.kept)
}

// running reports a trial under way as ErrTrial.
func (t *trials) running() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stop != nil {
		return ErrTrial
	}
	return nil
}

// update changes the trial under way, which is the last.
func (t *trials) update(f func(*Trial)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.kept[len(t.kept)-1])
}

// Compare begins a trial, which takes a good minute, and returns it. It goes on
// until it is done, StopTrial is called or the lab ends.
func (l *Lab) Compare(plan TrialPlan) (Trial, error) {
	plan.Seconds = cmp.Or(plan.Seconds, 15)
	for _, name := range []string{plan.A, plan.B} {
		if _, err := l.lookUp(name); err != nil {
			return Trial{}, err
		}
	}
	load := l.load.get()
	switch {
	case plan.A == plan.B:
		return Trial{}, fmt.Errorf("%w: a and b are both %s: name two strategies", ErrInvalid, plan.A)
	case plan.Seconds < 5 || plan.Seconds > 300:
		return Trial{}, fmt.Errorf("%w: seconds of %d: want 5 to 300", ErrInvalid, plan.Seconds)
	case load.RPS == 0:
		return Trial{}, fmt.Errorf("%w: the load is paused: there is nothing to compare under", ErrInvalid)
	}
	t := &l.trials
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stop != nil {
		return Trial{}, ErrTrial
	}
	var ctx context.Context
	ctx, t.stop = context.WithCancelCause(context.Background())
	t.ended = make(chan struct{})
	t.given++
	trial := Trial{
		ID: t.given, TrialPlan: plan, Status: TrialRunning, Started: time.Now(), Load: load, Step: 1,
		EndsAt: time.Now().Add(stretches * (l.cfg.TrialWarmUp + time.Duration(plan.Seconds)*time.Second)),
	}
	t.kept = append(t.kept[max(0, len(t.kept)+1-maxTrials):], trial)
	l.conducts <- conduct{ctx, trial} // which takes it at once: there is no other
	return trial, nil
}

// StopTrial ends the trial under way, if there is one, and returns when the
// strategy from before decides again or ctx ends.
func (l *Lab) StopTrial(ctx context.Context, why string) error {
	t := &l.trials
	t.mu.Lock()
	stop, ended := t.stop, t.ended
	t.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop(errors.New(why))
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping the trial: %w", ctx.Err())
	}
}

// finish writes down what came of a trial.
func (t *Trial) finish(a, b *tally, judged map[string]verdict.Verdict, bounds []float64) {
	for _, side := range []struct {
		strategy string
		tally    *tally
		score    **Score
	}{{t.A, a, &t.ScoreA}, {t.B, b, &t.ScoreB}} {
		score := side.tally.score(bounds)
		score.Strategy = side.strategy
		score.Verdict, score.Slope = cmp.Or(judged[side.strategy].Word, verdict.Insufficient), judged[side.strategy].Growth
		*side.score = &score
	}
	t.Status = TrialDone
	t.Times = TrialTimes{b.bytes.over(&a.bytes), b.objects.over(&a.objects), b.cpu.over(&a.cpu), b.gc.over(&a.gc)}
}

// words say what came of a trial, for a mark.
func (t *Trial) words() string {
	if t.Status != TrialDone {
		return fmt.Sprintf("trial %d was stopped: %s", t.ID, t.Why)
	}
	what := "nothing that can be compared"
	if v := t.Times.BytesPerRequest; v != nil {
		what = fmt.Sprintf("%.3g (%.3g to %.3g) times the bytes a request", v.Estimate, v.Low, v.High)
	}
	return fmt.Sprintf("trial %d done: %s takes %s of %s", t.ID, t.B, what, t.A)
}
