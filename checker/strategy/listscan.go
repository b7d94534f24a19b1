package strategy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/leakline/leakline/checker"
)

// listScan is the lesson's first fix. It saves the Set, but still fetches and
// parses the whole list to look up a single user.
type listScan struct {
	cache ListCache
	users RiskyUsers
}

func newListScan(p Parts) (checker.Strategy, error) {
	return &listScan{cache: p.Cache, users: p.Users}, nil
}

func (s *listScan) Check(ctx context.Context, p checker.Payment) (bool, error) {
	list, cacheErr := s.cache.Get(ctx, checker.ListKey)
	if cacheErr != nil || list == nil {
		return s.miss(ctx, p.UserID, cacheErr)
	}
	ids, err := parseList(list)
	if err != nil {
		return s.miss(ctx, p.UserID, nil) // overwrites what cannot be read
	}
	return slices.Contains(ids, p.UserID), nil
}

// miss answers from SQL. A cache that has just failed is not written to.
func (s *listScan) miss(ctx context.Context, userID string, cacheErr error) (bool, error) {
	ids, err := s.users.ActiveIDs(ctx)
	if err != nil {
		return false, unavailable(cacheErr, err)
	}
	if cacheErr == nil {
		fill(ctx, s.cache, ids)
	}
	return slices.Contains(ids, userID), nil
}

func (s *listScan) Close() error { return nil }

func parseList(list []byte) ([]string, error) {
	var ids []string
	if err := json.Unmarshal(list, &ids); err != nil {
		return nil, fmt.Errorf("parsing the risky users' list: %w", err)
	}
	if ids == nil {
		return nil, errNullList
	}
	return ids, nil
}
