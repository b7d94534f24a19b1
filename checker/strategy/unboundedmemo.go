package strategy

import (
	"sync"

	"github.com/leakline/leakline/checker"
)

// newUnboundedMemo remembers every answer. An entry that is too old to be
// believed is overwritten when the same question comes again, and it hardly ever
// does: few amounts are paid twice.
func newUnboundedMemo(p Parts) (checker.Strategy, error) {
	asks, err := newRedisSIsMember(p)
	if err != nil {
		return nil, err
	}
	return &memoised{asks, &everything{entries: make(map[memoKey]memoEntry)}}, nil
}

// everything is a memory without a bound.
type everything struct {
	mu      sync.RWMutex
	entries map[memoKey]memoEntry
}

func (m *everything) get(k memoKey) (memoEntry, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	e, ok := m.entries[k]
	return e, ok
}

func (m *everything) put(k memoKey, e memoEntry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[k] = e
}
