package lab

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
)

// supervise keeps a patient alive until ctx ends: it is the one goroutine that
// starts and ends lives.
func (l *Lab) supervise(ctx context.Context) error {
	var back backoff
	for ctx.Err() == nil {
		begun := time.Now()
		end, asked := l.live(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if asked {
			back.reset()
			continue
		}
		wait, halt := back.ended(time.Now(), time.Since(begun), end.outOfMemory)
		l.mourn(end)
		if halt {
			l.halt(ctx, end.why)
			back.reset()
			continue
		}
		l.change(func(s *State) {
			s.Status, s.Attempt, s.RetryAt = BackingOff, s.Attempt+1, time.Now().Add(wait)
		})
		select {
		case <-ctx.Done():
		case <-l.restart:
		case <-time.After(wait):
		}
	}
	return nil
}

// live runs one life to its end and says how it ended, and whether somebody
// asked for it.
func (l *Lab) live(ctx context.Context) (end ending, asked bool) {
	oomBefore := oomKills()
	strategy := l.wanted()
	l.change(func(s *State) { s.Status, s.Strategy, s.Since = Starting, strategy, time.Time{} })
	p, err := l.startPatient(ctx, strategy)
	if err != nil {
		tooSmall := new(tooSmallError)
		return ending{why: err.Error(), killed: errors.As(err, &tooSmall)}, false
	}
	t, generation, err := l.welcome(ctx, p, strategy)
	if err != nil {
		p.end()
		return ending{why: err.Error()}, false
	}
	ctx, cancel := context.WithCancel(ctx)
	var with sync.WaitGroup
	with.Go(func() { l.follow(ctx, p, t, generation) })
	with.Go(func() { l.watch.FollowGoroutines(ctx, t) })
	with.Go(func() { p.fence.guard(ctx, p, l.runtimeBytes) })
	defer func() {
		cancel()
		with.Wait()
		l.dismiss()
		p.fence.remove()
	}()
	select {
	case <-p.done:
		end := endingOf(p, oomKills() > oomBefore)
		judged := l.watch.Verdict()
		end.verdict = &judged
		return end, false
	case <-l.restart:
		l.change(func(s *State) { s.Status = Draining })
		p.stop()
		l.mark(profiler.Mark{Kind: profiler.MarkStop, By: "lab", Text: "the checker was stopped to restart"})
		l.change(func(s *State) { s.LastExit, s.Restarts = "stopped", s.Restarts+1 })
		return ending{why: "stopped"}, true
	case <-ctx.Done():
		l.change(func(s *State) { s.Status = Draining })
		p.stop()
		return ending{why: "stopped"}, true
	}
}

// welcome makes p, which started with strategy, the present patient. A switch
// asked for meanwhile comes first, so that nobody sees the old one decide.
func (l *Lab) welcome(ctx context.Context, p *patient, strategy string) (t *target.Target, generation uint32, err error) {
	t, err = target.New(target.Config{
		BaseURL: p.url, Token: p.token, Dump: p.dump, Binary: l.program.binary(), SampleRate: memProfileRate,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("the checker's hello: %w", err)
	}
	l.command.Lock() // until p is present: a command finds it whole or not at all
	defer l.command.Unlock()
	running := Switched{strategy, 1}
	if wanted := l.wanted(); wanted != strategy {
		if running, err = p.use(ctx, wanted); err != nil {
			return nil, 0, err
		}
	}
	if f := l.State().Faults; f != noFaults {
		if err := p.suffer(ctx, f); err != nil {
			return nil, 0, err
		}
	}
	generation = l.State().Generation + 1
	l.box.begin(p.fence.limit)
	l.watch.Begin(t, generation, true)
	l.runs(running.Name)
	l.load.aim(p.url)
	l.change(func(s *State) {
		s.Status, s.Since, s.Attempt = Running, time.Now(), 0
		s.Generation, s.Strategy, s.StrategyGeneration = generation, running.Name, running.Generation
		l.patient = p
	})
	l.mark(profiler.Mark{
		Kind: profiler.MarkStart, By: "lab",
		Text: fmt.Sprintf("the checker is ready, generation %d, %s", generation, running.Name),
	})
	return t, generation, nil
}

// runs says that a strategy decides from now on.
func (l *Lab) runs(strategy string) {
	l.scores.judge(l.watch.Verdict())
	l.scores.begin(strategy)
	l.watch.Running(strategy)
}

// dismiss says that there is no patient.
func (l *Lab) dismiss() {
	l.scores.judge(l.watch.Verdict())
	l.load.aim("")
	l.watch.End()
	l.watch.Running("")
	l.change(func(s *State) {
		s.Since = time.Time{}
		l.patient = nil
	})
}

// runtimeBytes is what the patient's runtime says it has, for systems on which
// nobody else knows.
func (l *Lab) runtimeBytes() (int64, bool) {
	r, _, ok := l.watch.Series().Latest()
	v := r.Get(profiler.RuntimeTotal)
	return int64(v), ok && profiler.Known(v)
}

// mourn marks the end of a life that nobody asked for.
func (l *Lab) mourn(end ending) {
	l.mark(profiler.Mark{Kind: profiler.MarkCrash, By: "lab", Text: "the checker ended: " + end.why})
	var death *Death
	if end.outOfMemory {
		death = l.autopsy(end)
		end.verdict = &death.Verdict
	}
	l.scores.died(end.verdict)
	l.change(func(s *State) {
		s.LastExit, s.Restarts = end.why, s.Restarts+1
		if end.killed {
			s.OOMKills++
		}
		if death != nil {
			s.Death = death
		}
	})
	l.cfg.Log.Warn("checker ended", "why", end.why, "oom", end.outOfMemory)
}

// halt waits until somebody resumes.
func (l *Lab) halt(ctx context.Context, why string) {
	l.mark(profiler.Mark{Kind: profiler.MarkHalt, By: "lab", Text: fmt.Sprintf("halted after %d short lives: %s", haltAfter, why)})
	l.change(func(s *State) { s.Status, s.RetryAt = Halted, time.Time{} })
	l.cfg.Log.Error("checker halted", "short_lives", haltAfter, "why", why)
	select {
	case <-ctx.Done():
	case <-l.restart:
	}
}

// follow streams the patient's readings for one life, again if the stream
// breaks while the process lives.
func (l *Lab) follow(ctx context.Context, p *patient, t *target.Target, generation uint32) {
	l.takeSoon(target.Request{Reason: profiler.ReasonReady, By: "lab"})
	for ctx.Err() == nil {
		err := t.Follow(ctx, generation, l.watch)
		select {
		case <-ctx.Done():
			return
		case <-p.done:
			return
		case <-time.After(firstDelay):
			l.cfg.Log.Warn("readings interrupted", "error", err)
		}
	}
}
