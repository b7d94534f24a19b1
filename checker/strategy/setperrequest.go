package strategy

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/leakline/leakline/checker"
)

// setPerRequest is the lesson's bug: it builds a Set of all risky users to look
// up a single one, on every request.
type setPerRequest struct {
	cache    ListCache
	users    RiskyUsers
	setBuilt func()
	used     func(checker.Payment, map[string]struct{}) // told of every Set; may be nil
}

func newSetPerRequest(p Parts) (checker.Strategy, error) {
	return &setPerRequest{cache: p.Cache, users: p.Users, setBuilt: p.SetBuilt}, nil
}

func (s *setPerRequest) Check(ctx context.Context, p checker.Payment) (bool, error) {
	list, cacheErr := s.cache.Get(ctx, checker.ListKey)
	if cacheErr != nil || list == nil {
		return s.miss(ctx, p, cacheErr)
	}
	set, err := newRiskySet(list)
	if err != nil {
		return s.miss(ctx, p, nil) // overwrites what cannot be read
	}
	return s.look(p, set), nil
}

func (s *setPerRequest) look(p checker.Payment, set map[string]struct{}) (risky bool) {
	s.setBuilt()
	if s.used != nil {
		s.used(p, set)
	}
	_, risky = set[p.UserID]
	return risky
}

// miss answers from SQL. A cache that has just failed is not written to: the
// request has no time left to wait for it twice.
func (s *setPerRequest) miss(ctx context.Context, p checker.Payment, cacheErr error) (bool, error) {
	ids, err := s.users.ActiveIDs(ctx)
	if err != nil {
		return false, unavailable(cacheErr, err)
	}
	set := make(map[string]struct{})
	for _, id := range ids {
		set[id] = struct{}{}
	}
	if cacheErr == nil {
		fill(ctx, s.cache, slices.Collect(maps.Keys(set))) // the Set lives until Redis has answered
	}
	return s.look(p, set), nil
}

func (s *setPerRequest) Close() error { return nil }

// fill writes the list into the cache. Its failure is not the payment's: the
// answer is known, and the next request finds nothing and asks SQL again.
func fill(ctx context.Context, cache ListCache, ids []string) {
	list, err := json.Marshal(ids)
	if err != nil {
		panic(err) // a slice of strings always has a JSON form
	}
	_ = cache.SetEx(ctx, checker.ListKey, list, checker.ListTTL)
}
