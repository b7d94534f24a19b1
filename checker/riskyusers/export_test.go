package riskyusers

import (
	"context"
	"time"
)

// ReadFrom makes u publish what f passes on.
func (u *Updater) ReadFrom(f func(ctx context.Context, pass func(ids []string) error) error) {
	u.source = scripted(f)
}

type scripted func(ctx context.Context, pass func(ids []string) error) error

func (s scripted) EachActive(ctx context.Context, _ int, f func(ids []string) error) error {
	return s(ctx, f)
}

func (s scripted) ActiveIDs(ctx context.Context) (all []string, err error) {
	err = s(ctx, func(ids []string) error {
		all = append(all, ids...)
		return nil
	})
	return all, err
}

func (s scripted) CountActive(context.Context) (int, error) { return 0, nil }

func (s scripted) Mark(context.Context) (Mark, error) { return Mark{}, nil }

func (s scripted) EachChanged(context.Context, Mark, func(string, bool) error) error { return nil }

// What the tests look at.
const WholeEvery = wholeEvery

var (
	FenceOf       = fenceOf
	ParseLock     = parseLock
	ErrOutrun     = errOutrun
	ErrIncomplete = errIncomplete
	ErrTurnLost   = errTurnLost
	ErrStalled    = errStalled
)

type Outage = outage

// After is after.
func (u *Updater) After(ctx context.Context, o *Outage, s Settings, err error) time.Duration {
	return u.after(ctx, o, s, err)
}

// Publish is publish, by changes alone where that will do.
func (u *Updater) Publish(ctx context.Context) error { return u.publish(ctx, false) }

// Swap is swap of a draft with so many members.
func (u *Updater) Swap(ctx context.Context, draft string, size int, version string) error {
	_, err := u.swap(ctx, 0, &drafts{keys: []string{draft}, size: []int{size}, kept: []string{""}}, version)
	return err
}
