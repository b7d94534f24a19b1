package lesson

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
)

const (
	longestWait  = 15 * time.Second // what a request waits for has to end within 30 s
	longestScore = 10 * time.Second
	lookAgain    = 50 * time.Millisecond
)

// Run does one action after the other, each through the lab's own commands.
// by is whom the marks name.
func Run(ctx context.Context, l *lab.Lab, actions []Action, by string) error {
	for _, a := range actions {
		if err := a.run(ctx, l, by); err != nil {
			return fmt.Errorf("%s: %w", a.Verb, err)
		}
	}
	return nil
}

func (a Action) run(ctx context.Context, l *lab.Lab, by string) error {
	switch a.Verb {
	case "strategy":
		_, err := l.Use(ctx, a.Name, by)
		return err
	case "load":
		_, err := l.SetLoad(ctx, lab.LoadChange{RPS: &a.RPS}, by)
		return err
	case "faults":
		_, err := l.SetFaults(ctx, a.Faults, by)
		return err
	case "limit":
		if l.State().Limits.MemoryLimit == a.Memory {
			return nil // no other life would begin
		}
		return anotherLife(ctx, l, func() error {
			_, err := l.SetLimits(ctx, lab.LimitsChange{MemoryLimit: &a.Memory}, by)
			return err
		})
	case "gc":
		return l.Watch().GC(ctx, by)
	case "snapshot":
		_, err := l.Watch().Snapshot(ctx, target.Request{Reason: profiler.ReasonManual, By: by})
		return err
	case "expire":
		return l.Expire(ctx, by)
	case "reset":
		return anotherLife(ctx, l, func() error { return l.Reset(ctx, by) })
	case "scored":
		// What is not known by then, the check will ask for.
		ctx, cancel := context.WithTimeout(ctx, longestScore)
		defer cancel()
		_ = await(ctx, "a score", func() bool { return scored(l) })
		return nil
	}
	panic("an action that was parsed has no such verb: " + a.Verb)
}

// scored reports whether it is known, with little doubt, what the strategy that
// decides allocates for each request.
func scored(l *lab.Lab) bool {
	scores, _ := l.Scores()
	return slices.ContainsFunc(scores, func(s lab.Score) bool {
		b := s.BytesPerRequest
		return s.Current && b != nil && b.High-b.Low < max(0.1*b.Estimate, 50e3)
	})
}

// anotherLife returns when the next life runs: what follows speaks to it.
func anotherLife(ctx context.Context, l *lab.Lab, begin func() error) error {
	before := l.State().Generation
	if err := begin(); err != nil {
		return err
	}
	return await(ctx, "another life", func() bool {
		s := l.State()
		return s.Generation > before && s.Status == lab.Running
	})
}

// await polls, because the lab tells of its changes to one listener alone.
func await(ctx context.Context, what string, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}
