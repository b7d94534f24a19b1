package strategy

import (
	"context"
	"fmt"

	"github.com/leakline/leakline/checker"
)

// strandedLookup asks Redis and SQL at the same time and takes the answer that
// comes first, so that a slow one costs nothing. Nobody takes the other: its
// goroutine waits for ever to hand it over.
type strandedLookup struct {
	members Members
	buckets checker.Buckets
	users   RiskyUsers
}

func newStrandedLookup(p Parts) (checker.Strategy, error) {
	members, err := p.Members()
	if err != nil {
		return nil, fmt.Errorf("connecting to the Set of risky users: %w", err)
	}
	return &strandedLookup{members: members, buckets: p.Buckets, users: p.Users}, nil
}

type lookupAnswer struct {
	risky bool
	err   error
}

func (s *strandedLookup) Check(ctx context.Context, p checker.Payment) (bool, error) {
	answers := make(chan lookupAnswer)
	go func() {
		risky, err := isPublished(ctx, s.members, s.buckets, p.UserID)
		if err != nil { // then SQL has the say
			risky, err = s.users.IsRisky(ctx, p.UserID)
		}
		answers <- lookupAnswer{risky, err}
	}()
	go func() {
		risky, err := s.users.IsRisky(ctx, p.UserID)
		answers <- lookupAnswer{risky, err}
	}()
	first := <-answers
	if first.err != nil {
		return false, unavailable(nil, first.err)
	}
	return first.risky, nil
}

func (s *strandedLookup) Close() error {
	if err := s.members.Close(); err != nil {
		return fmt.Errorf("leaving the Set of risky users: %w", err)
	}
	return nil
}
