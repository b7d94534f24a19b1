package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
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

// A conduct is a trial to be run.
type conduct struct {
	ctx   context.Context
	trial Trial
}

// conductTrials runs one trial after the other until ctx ends.
func (l *Lab) conductTrials(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-l.conducts:
			both, stop := context.WithCancelCause(c.ctx)
			off := context.AfterFunc(ctx, func() { stop(errors.New("the lab ended")) })
			l.conductOne(ctx, both, c.trial)
			off()
			stop(nil)
		}
	}
}

// conductOne runs a trial until ctx ends and puts the strategy back that decided
// before, unless the lab itself ends.
func (l *Lab) conductOne(lab, ctx context.Context, trial Trial) {
	before := l.wanted()
	a, b := new(tally), new(tally)
	judged := make(map[string]verdict.Verdict)
	var err error
	for i, s := range []struct {
		strategy string
		into     *tally
	}{{trial.A, a}, {trial.B, b}, {trial.B, b}, {trial.A, a}} {
		l.trials.update(func(t *Trial) { t.Step = i + 1 })
		mark := fmt.Sprintf("trial %d, stretch %d of %d: %s in a new process", trial.ID, i+1, stretches, s.strategy)
		if err = l.stretch(ctx, s.strategy, mark, time.Duration(trial.Seconds)*time.Second, s.into); err != nil {
			break
		}
		if v := l.watch.Verdict(); v.Word != verdict.Insufficient {
			judged[s.strategy] = v
		}
	}
	if _, again := l.use(lab, before, "lab"); again != nil && lab.Err() == nil {
		l.cfg.Log.Warn("the strategy from before a trial was not put back", "strategy", before, "error", again)
	}
	t := &l.trials
	t.mu.Lock()
	defer t.mu.Unlock()
	done := &t.kept[len(t.kept)-1]
	if err != nil {
		done.Status, done.Why = TrialStopped, err.Error()
	} else {
		done.finish(a, b, judged, l.load.latencies.Bounds())
	}
	l.watch.Mark(profiler.Mark{Kind: profiler.MarkNote, By: "lab", Text: done.words()})
	t.stop(nil)
	t.stop = nil
	close(t.ended)
}

// stretch has a new process decide by a strategy and puts down what that costs.
func (l *Lab) stretch(ctx context.Context, strategy, mark string, length time.Duration, into *tally) error {
	l.command.Lock()
	before := l.State().Generation
	l.change(func(s *State) { l.desired, s.Capacity = strategy, nil })
	l.watch.Mark(profiler.Mark{Kind: profiler.MarkRestart, By: "lab", Text: mark})
	l.again()
	l.command.Unlock()
	if err := l.awaitLife(ctx, before, strategy); err != nil {
		return err
	}
	if err := sleep(ctx, l.cfg.TrialWarmUp); err != nil {
		return err
	}
	if err := l.watch.GC(ctx, "lab"); err != nil {
		// One that is killed every few seconds may just be gone.
		l.cfg.Log.Warn("a stretch begins without a collection", "error", err)
	}
	l.scores.measure(into)
	defer l.scores.measure(nil)
	return sleep(ctx, length)
}

// awaitLife waits until a life after the given one decides by a strategy.
func (l *Lab) awaitLife(ctx context.Context, after uint32, strategy string) error {
	for deadline := time.Now().Add(2 * readyTimeout); ; {
		s := l.State()
		switch {
		case s.Status == Running && s.Generation > after && s.Strategy == strategy:
			return nil
		case s.Status == Halted:
			return fmt.Errorf("the checker was halted: %s", s.LastExit)
		case time.Now().After(deadline):
			return fmt.Errorf("the checker did not start with %s", strategy)
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// sleep waits, and returns why ctx ended if that came first.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
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
