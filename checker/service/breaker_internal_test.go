package service

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

var errTimeout = errors.New("i/o timeout")

// fail reports n failures in a row.
func (b *breaker) fail(n int) {
	for range n {
		b.report(errTimeout)
	}
}

func TestBreakerOpensAfterFiveFailuresInARow(t *testing.T) {
	b := newBreaker()
	b.fail(4)
	b.report(nil)
	b.fail(4)
	b.report(redis.Nil) // an answer too
	b.fail(4)
	if err := b.allow(); err != nil {
		t.Fatalf("open after four in a row: %v", err)
	}
	b.fail(1)
	if err := b.allow(); !errors.Is(err, errBreakerOpen) {
		t.Errorf("after five in a row: %v, want it open", err)
	}
}

func TestBreakerLetsOneThroughEachSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker()
		b.fail(breakAfter)
		for second := range 3 {
			time.Sleep(time.Second)
			if err := b.allow(); err != nil {
				t.Fatalf("second %d: no probe: %v", second+1, err)
			}
			if b.allow() == nil {
				t.Errorf("second %d: two probes", second+1)
			}
			b.report(errTimeout)
		}
		time.Sleep(time.Second)
		if b.allow() != nil {
			t.Fatal("no probe in the last second")
		}
		b.report(nil)
		for range 2 {
			if err := b.allow(); err != nil {
				t.Errorf("after an answer: %v, want it closed", err)
			}
		}
	})
}

func TestBreakerIgnoresWhatIsNotRedis(t *testing.T) {
	b := newBreaker()
	b.fail(4)
	for range 10 {
		b.report(context.Canceled)
		b.report(redis.ErrPoolTimeout)
	}
	if err := b.allow(); err != nil {
		t.Errorf("opened by callers who went away: %v", err)
	}
	b.fail(1)
	if b.allow() == nil {
		t.Error("callers who went away were taken for answers")
	}
}

// A check asks a Redis that does not answer twice at most, and then SQL.
func TestTheDeadlineLeavesTimeForSQL(t *testing.T) {
	c := Config{}.withDefaults()
	if left := c.CheckTimeout - 2*c.RedisStep; left < 50*time.Millisecond || c.CheckTimeout > 250*time.Millisecond {
		t.Errorf("of %v two steps of %v leave %v, want 50 ms of at most 250 ms", c.CheckTimeout, c.RedisStep, left)
	}
}
