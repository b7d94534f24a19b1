// Package backoff says how long to wait for a server that is away or busy, and
// waits.
package backoff

import (
	"context"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// After is how long to wait after so many failures in a row: twice as long
// each time, and between half and all of it, so that hundreds who lose one
// Redis do not come back at once. random is from 0 to 1.
func After(failures int, random float64) time.Duration {
	whole := maxPause
	if shift := failures - 1; shift < 10 {
		whole = min(maxPause, firstPause<<max(0, shift))
	}
	return whole/2 + time.Duration(random*float64(whole/2))
}

// Wait returns after d, or when ctx ends.
func Wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
