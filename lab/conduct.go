package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

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
	l.mark(profiler.Mark{Kind: profiler.MarkNote, By: "lab", Text: done.words()})
	t.stop(nil)
	t.stop = nil
	close(t.ended)
}

// stretch has a new process decide by a strategy and puts down what that costs.
func (l *Lab) stretch(ctx context.Context, strategy, mark string, length time.Duration, into *tally) error {
	l.command.Lock()
	before := l.State().Generation
	l.change(func(s *State) { l.desired, s.Capacity = strategy, nil })
	l.mark(profiler.Mark{Kind: profiler.MarkRestart, By: "lab", Text: mark})
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
