package backoff_test

import (
	"testing"
	"time"

	"github.com/leakline/leakline/checker/backoff"
)

func TestAfterGrowsAndIsBounded(t *testing.T) {
	for _, tt := range []struct {
		failures   int
		from, upTo time.Duration
	}{
		{1, 50 * time.Millisecond, 100 * time.Millisecond},
		{2, 100 * time.Millisecond, 200 * time.Millisecond},
		{6, 1600 * time.Millisecond, 3200 * time.Millisecond},
		{7, 2500 * time.Millisecond, 5 * time.Second},
		{1_000_000, 2500 * time.Millisecond, 5 * time.Second},
	} {
		if got := backoff.After(tt.failures, 0); got != tt.from {
			t.Errorf("after %d failures at least %v, want %v", tt.failures, got, tt.from)
		}
		if got := backoff.After(tt.failures, 1); got != tt.upTo {
			t.Errorf("after %d failures at most %v, want %v", tt.failures, got, tt.upTo)
		}
	}
}
