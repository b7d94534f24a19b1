package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// A RedisFault says in what way Redis did not answer a question. It is wrapped
// by what listCache and members return.
type RedisFault string

// The ways, as they are counted.
const (
	RedisRefused     RedisFault = "refused"      // nobody listens there
	RedisTimeout     RedisFault = "timeout"      // frozen, slow, or the time of the check was over
	RedisBusy        RedisFault = "busy"         // every connection of the pool in use
	RedisLeftAlone   RedisFault = "left-alone"   // by the breaker, after failures in a row
	RedisLoading     RedisFault = "loading"      // it has just started and reads its data
	RedisReadOnly    RedisFault = "read-only"    // a replica, asked to write
	RedisWrongType   RedisFault = "wrong-type"   // the key holds something else
	RedisDenied      RedisFault = "denied"       // password or permission
	RedisClusterDown RedisFault = "cluster-down" // nobody serves the slot
	RedisBroken      RedisFault = "broken"       // the connection ended, or what came is no reply
	RedisError       RedisFault = "error"        // any other error that it replied
)

// RedisFaults lists them all.
func RedisFaults() []RedisFault {
	return []RedisFault{
		RedisRefused, RedisTimeout, RedisBusy, RedisLeftAlone, RedisLoading, RedisReadOnly,
		RedisWrongType, RedisDenied, RedisClusterDown, RedisBroken, RedisError,
	}
}

func (f RedisFault) Error() string { return "Redis: " + string(f) }

// faultOf sorts an error of go-redis, which is not nil.
func faultOf(err error) RedisFault {
	var reply redis.Error
	var network net.Error
	switch {
	case errors.Is(err, errBreakerOpen):
		return RedisLeftAlone
	case errors.Is(err, redis.ErrPoolTimeout), errors.Is(err, redis.ErrPoolExhausted):
		return RedisBusy
	case errors.As(err, &reply):
		return replyFault(err, reply)
	case errors.Is(err, syscall.ECONNREFUSED):
		return RedisRefused
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return RedisTimeout
	}
	return RedisBroken
}

// replyFault sorts what Redis itself has said.
func replyFault(err error, reply redis.Error) RedisFault {
	switch {
	case redis.IsLoadingError(err):
		return RedisLoading
	case redis.IsReadOnlyError(err):
		return RedisReadOnly
	case redis.IsAuthError(err), redis.IsPermissionError(err):
		return RedisDenied
	case redis.IsClusterDownError(err), redis.IsMasterDownError(err):
		return RedisClusterDown
	case strings.HasPrefix(reply.Error(), "WRONGTYPE "):
		return RedisWrongType
	}
	return RedisError
}

// redisFaults counts how often each came.
type redisFaults map[RedisFault]*atomic.Uint64

func newRedisFaults() redisFaults {
	counts := make(redisFaults)
	for _, f := range RedisFaults() {
		counts[f] = new(atomic.Uint64)
	}
	return counts
}

// note counts err and returns it with its fault. That there is no such key is
// an answer.
func (c redisFaults) note(err error) error {
	if err == nil || errors.Is(err, redis.Nil) {
		return err
	}
	f := faultOf(err)
	c[f].Add(1)
	return fmt.Errorf("%w: %w", f, err)
}
