package strategy

import (
	"context"
	"fmt"
	"time"

	"github.com/leakline/leakline/checker"
)

// memoFresh is for how long a remembered answer is believed: the list changes.
const memoFresh = time.Second

// A memoKey is what an answer was about.
type memoKey struct {
	user   string
	amount int64
}

// A memoEntry is an answer, and why, for whoever asks later.
type memoEntry struct {
	risky  bool
	reason string
	file   *userFile
	at     time.Time
}

// A userFile is the page of what is known of a user that an answer came from.
type userFile [4 << 10]byte

// A memory keeps entries; its methods are called by many goroutines.
type memory interface {
	get(memoKey) (memoEntry, bool)
	put(memoKey, memoEntry)
}

// memoised asks another strategy and remembers what it said.
type memoised struct {
	checker.Strategy
	memory memory
}

func (s *memoised) Check(ctx context.Context, p checker.Payment) (bool, error) {
	key := memoKey{p.UserID, p.AmountCents}
	if e, ok := s.memory.get(key); ok && time.Since(e.at) < memoFresh {
		return e.risky, nil
	}
	risky, err := s.Strategy.Check(ctx, p)
	if err != nil {
		return false, err
	}
	s.memory.put(key, newMemoEntry(p, risky))
	return risky, nil
}

func newMemoEntry(p checker.Payment, risky bool) memoEntry {
	verdict := "is not on the list"
	if risky {
		verdict = "is on the list"
	}
	reason := fmt.Sprintf("payment %s of %d.%02d %s: user %s %s", p.ID, p.AmountCents/100, p.AmountCents%100, p.Currency, p.UserID, verdict)
	return memoEntry{risky, reason, new(userFile), time.Now()}
}
