package riskyusers

import "context"

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

// What the tests look at.
var (
	FenceOf   = fenceOf
	ParseLock = parseLock
	ErrOutrun = errOutrun
)

// Swap is swap.
func (u *Updater) Swap(ctx context.Context, draft, version string) error {
	return u.swap(ctx, draft, version)
}
