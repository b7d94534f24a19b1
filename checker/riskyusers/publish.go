package riskyusers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leakline/leakline/checker"
)

// stalledAfter bounds how long a publication may make no progress. How long the
// whole of it takes depends on how many users there are.
const stalledAfter = 15 * time.Second

var errStalled = errors.New("no progress for too long")

// publish brings the Set up to date by the kind that is, or was before it was
// stopped; whole says that changes alone will not do. Publications never
// overlap.
func (u *Updater) publish(ctx context.Context, whole bool) error {
	delay := u.Settings().StepDelay
	caller := ctx
	ctx, cancel := context.WithCancelCause(caller)
	defer cancel(nil)
	patience := u.patience + 2*delay
	stalled := time.AfterFunc(patience, func() { cancel(errStalled) })
	defer stalled.Stop()
	select {
	case u.publishing <- struct{}{}:
		defer func() { <-u.publishing }()
	case <-ctx.Done():
		return fmt.Errorf("waiting for another publication: %w", context.Cause(ctx))
	}
	done := u.progress.begin(func() { stalled.Reset(patience) })
	result, err := u.replace(ctx, whole, delay)
	done()
	if errors.Is(err, ErrHeld) {
		return err // how publishing goes is that one's to say
	}
	if err != nil && errors.Is(caller.Err(), context.Canceled) {
		return err // whoever stops it knows, and nothing has failed
	}
	if err != nil && errors.Is(context.Cause(ctx), errStalled) && !errors.Is(err, errStalled) {
		err = fmt.Errorf("%w: %w", errStalled, err)
	}

	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Err = err
	if err == nil {
		result.At = time.Now()
		u.status.Publication = result
	}
	return err
}

// replace publishes by the present kind, if it is our turn. The lesson's kind
// knows no fence: what was published by it is no version of anything.
func (u *Updater) replace(ctx context.Context, whole bool, delay time.Duration) (Publication, error) {
	fence, err := u.lock.take(ctx, u.outrun)
	if err != nil {
		return Publication{}, err
	}
	u.tellTurn()
	if !u.running.Load() || u.Settings().Kind == Stopped {
		defer u.keepMeanwhile(ctx)()
	}
	began := time.Now()
	var p Publication
	if u.naive.Load() {
		u.last = nil
		p.Users, err = u.replaceInSteps(ctx, delay)
	} else if p, err = u.replaceChanges(ctx, fence, whole); errors.Is(err, errWholeNeeded) {
		p, err = u.replaceAtOnce(ctx, fence)
	}
	if err == nil {
		err = u.retireLayouts(ctx, fence, !p.Incremental)
	}
	p.Took = time.Since(began)
	return p, err
}

// replaceInSteps is the lesson's update, its faults included. What it leaves is
// no version of anything.
func (u *Updater) replaceInSteps(ctx context.Context, delay time.Duration) (users int, err error) {
	if n := u.buckets.Len(); n > 1 {
		return 0, fmt.Errorf("publishing by kind %s: it knows one bucket, not %d", Naive, n)
	}
	ids, err := u.source.ActiveIDs(ctx)
	if err != nil {
		return 0, err
	}
	key := u.prefix + checker.SetKey
	steps := []struct {
		what string
		do   func() error
	}{
		{"deleting", func() error { return u.rdb.Del(ctx, key, u.prefix+checker.VersionKey).Err() }},
		{"filling", func() error { return u.rdb.SAdd(ctx, key, members(ids)...).Err() }},
		{"limiting the life of", func() error { return u.rdb.Expire(ctx, key, checker.ListTTL).Err() }},
	}
	for i, step := range steps {
		if i > 0 {
			if err := pause(ctx, delay); err != nil {
				return 0, err
			}
		}
		u.progress.touch()
		if err := step.do(); err != nil {
			return 0, fmt.Errorf("%s the Set of risky users: %w", step.what, err)
		}
	}
	return len(ids), nil
}

// pause waits for d, or less if ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("pausing between two steps: %w", context.Cause(ctx))
	}
}

// members is what go-redis wants for a list of strings.
func members(ids []string) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}
