package strategy

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/leakline/leakline/checker"
)

// pinnedJSON scans the list as text, which saves parsing it, and remembers how
// each risky user is spelled there, for support to show. A string that is cut
// out of another keeps the whole of it alive: some twenty bytes of a name hold
// the document of a request.
type pinnedJSON struct {
	cache ListCache
	users RiskyUsers

	mu   sync.Mutex
	seen map[string]string // user → how the list spells it
}

func newPinnedJSON(p Parts) (checker.Strategy, error) {
	return &pinnedJSON{cache: p.Cache, users: p.Users, seen: make(map[string]string)}, nil
}

func (s *pinnedJSON) Check(ctx context.Context, p checker.Payment) (bool, error) {
	list, cacheErr := s.cache.Get(ctx, checker.ListKey)
	if cacheErr != nil || !json.Valid(list) {
		return s.miss(ctx, p.UserID, cacheErr)
	}
	document := string(list)
	quoted, err := json.Marshal(p.UserID)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	at := strings.Index(document, string(quoted))
	if at < 0 {
		return false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.seen[p.UserID]; !known {
		s.seen[p.UserID] = document[at : at+len(quoted)]
	}
	return true, nil
}

// miss answers from SQL. A cache that has just failed is not written to.
func (s *pinnedJSON) miss(ctx context.Context, userID string, cacheErr error) (bool, error) {
	ids, err := s.users.ActiveIDs(ctx)
	if err != nil {
		return false, unavailable(cacheErr, err)
	}
	if cacheErr == nil {
		fill(ctx, s.cache, ids)
	}
	for _, id := range ids {
		if id == userID {
			return true, nil
		}
	}
	return false, nil
}

func (s *pinnedJSON) Close() error { return nil }
