package guard

import (
	"sync"
	"time"
)

// A bucket holds what may still be spent: it fills by rate a second, up to a
// second's worth.
type bucket struct {
	rate float64

	mu   sync.Mutex
	held float64
	at   time.Time // when held was right
}

func newBucket(rate float64) *bucket { return &bucket{rate: rate, held: rate} }

// take spends one, if there is one.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.at.IsZero() {
		b.held = min(b.rate, b.held+b.rate*max(0, now.Sub(b.at).Seconds()))
	}
	b.at = now
	if b.held < 1 {
		return false
	}
	b.held--
	return true
}
