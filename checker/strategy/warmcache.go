package strategy

import (
	"container/list"
	"sync"

	"github.com/leakline/leakline/checker"
)

// warmEntries bounds the cache: at 100 payments a second it is full after two
// seconds and a half, and stays as it is.
const warmEntries = 250

// newWarmCache remembers the latest answers and forgets the one that was asked
// for longest ago. It grows, then stops: nothing is wrong with it.
func newWarmCache(p Parts) (checker.Strategy, error) {
	asks, err := newRedisSIsMember(p)
	if err != nil {
		return nil, err
	}
	return &memoised{asks, newLatest(warmEntries)}, nil
}

// latest is a memory of a fixed number of entries.
type latest struct {
	mu    sync.Mutex
	most  int
	order *list.List // of *remembered, the latest first
	byKey map[memoKey]*list.Element
}

type remembered struct {
	key   memoKey
	entry memoEntry
}

func newLatest(most int) *latest {
	return &latest{most: most, order: list.New(), byKey: make(map[memoKey]*list.Element, most)}
}

func (m *latest) get(k memoKey) (memoEntry, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.byKey[k]
	if !ok {
		return memoEntry{}, false
	}
	m.order.MoveToFront(at)
	return at.Value.(*remembered).entry, true
}

func (m *latest) put(k memoKey, e memoEntry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.byKey[k]; ok {
		at.Value.(*remembered).entry = e
		m.order.MoveToFront(at)
		return
	}
	if len(m.byKey) == m.most {
		oldest := m.order.Back()
		delete(m.byKey, oldest.Value.(*remembered).key)
		m.order.Remove(oldest)
	}
	m.byKey[k] = m.order.PushFront(&remembered{key: k, entry: e})
}
