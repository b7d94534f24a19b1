package strategy

import (
	"context"
	"errors"
	"fmt"

	"github.com/leakline/leakline/checker"
)

// errNotPublished reports a Set without its sentinel: emptied, expired, never
// published, or not by an updater that can be trusted.
var errNotPublished = errors.New("the Set of risky users is not published")

// redisSIsMember is the lesson's second fix: Redis holds the Set, and a check
// asks it for one member.
type redisSIsMember struct {
	members  Members
	buckets  checker.Buckets
	users    RiskyUsers
	sentinel func() bool
}

func newRedisSIsMember(p Parts) (checker.Strategy, error) {
	members, err := p.Members()
	if err != nil {
		return nil, fmt.Errorf("connecting to the Set of risky users: %w", err)
	}
	return &redisSIsMember{members: members, buckets: p.Buckets, users: p.Users, sentinel: p.Sentinel}, nil
}

func (s *redisSIsMember) Check(ctx context.Context, p checker.Payment) (bool, error) {
	risky, err := s.lookUp(ctx, p.UserID)
	if err == nil {
		return risky, nil
	}
	risky, sqlErr := s.users.IsRisky(ctx, p.UserID)
	if sqlErr != nil {
		return false, unavailable(err, sqlErr)
	}
	return risky, nil
}

// lookUp asks for the user and the sentinel in one command, so that the answer
// is about one and the same Set. Where no sentinel is published it asks as the
// lesson does, and a Set that is gone says that nobody is risky.
func (s *redisSIsMember) lookUp(ctx context.Context, userID string) (bool, error) {
	if !s.sentinel() {
		return s.members.IsMember(ctx, checker.SetKey, userID)
	}
	return isPublished(ctx, s.members, s.buckets, userID)
}

// isPublished looks the user up in a Set that was published whole.
func isPublished(ctx context.Context, members Members, buckets checker.Buckets, userID string) (bool, error) {
	in, err := members.AreMembers(ctx, buckets.SetKey(buckets.Of(userID)), userID, buckets.Sentinel())
	if err != nil {
		return false, err
	}
	if !in[1] {
		return false, errNotPublished
	}
	return in[0], nil
}

func (s *redisSIsMember) Close() error {
	if err := s.members.Close(); err != nil {
		return fmt.Errorf("leaving the Set of risky users: %w", err)
	}
	return nil
}
