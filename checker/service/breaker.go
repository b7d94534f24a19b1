package service

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	breakAfter = 5           // failures in a row
	probeEvery = time.Second // one question is let through to see whether Redis is back
)

var errBreakerOpen = errors.New("Redis has just failed and is left alone")

// A breaker keeps checks away from a Redis that does not answer. Without it
// each of them would wait, and throw a connection away: go-redis discards every
// connection on which a command has timed out.
//
// It is not a redis.Limiter, which go-redis asks again for the handshake of a
// new connection: the one probe would be let through and its HELLO refused.
type breaker struct {
	failures atomic.Int32 // in a row
	retryAt  atomic.Int64 // time since start; 0 while closed
	start    time.Time
	faults   redisFaults
}

func newBreaker() *breaker { return &breaker{start: time.Now(), faults: newRedisFaults()} }

// allow refuses while the breaker is open, except to one caller a second. Who
// is allowed must report.
func (b *breaker) allow() error {
	at := b.retryAt.Load()
	if at == 0 {
		return nil
	}
	now := time.Since(b.start)
	if int64(now) < at || !b.retryAt.CompareAndSwap(at, int64(now+probeEvery)) {
		return b.faults.note(errBreakerOpen)
	}
	return nil
}

// report hears the outcome of what was allowed and returns it with its
// RedisFault. A caller who went away and a pool that was busy say nothing about
// Redis.
func (b *breaker) report(err error) error {
	var reply redis.Error
	switch {
	case err == nil, errors.As(err, &reply): // it answers, if only to say no
		if b.failures.Load() != 0 {
			b.failures.Store(0)
			b.retryAt.Store(0)
		}
	case errors.Is(err, context.Canceled), errors.Is(err, redis.ErrPoolTimeout):
	case b.failures.Add(1) >= breakAfter:
		b.retryAt.Store(int64(time.Since(b.start) + probeEvery))
	}
	return b.faults.note(err)
}
