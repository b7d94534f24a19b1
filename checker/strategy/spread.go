package strategy

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/leakline/leakline/checker/backoff"
)

const (
	spreadOver = 10               // times as long as reading takes
	spreadMost = 20 * time.Second // and no longer
)

// A spread keeps hundreds of checkers, who hear of a new list in the same second,
// from reading it in the same second: each waits for up to ten times as long as
// reading took the last time. A list that is read in a moment is not waited for.
// It belongs to one goroutine.
type spread struct {
	took time.Duration // for one bucket
}

// measured is told how long so many buckets took.
func (s *spread) measured(began time.Time, buckets int) {
	if buckets > 0 {
		s.took = time.Since(began) / time.Duration(buckets)
	}
}

// wait waits for its turn to read so many buckets, and reports whether there was
// anything to wait for.
func (s *spread) wait(ctx context.Context, buckets int) bool {
	longest := min(spreadMost, spreadOver*time.Duration(buckets)*s.took)
	if longest <= 0 {
		return false
	}
	backoff.Wait(ctx, rand.N(longest))
	return true
}
