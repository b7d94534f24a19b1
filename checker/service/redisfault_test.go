package service_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/internal/redistest"
)

func answers(raw string) redistest.Reply {
	return func([]string) (string, bool) { return raw, false }
}

// Whatever Redis answers, SQL decides, in time, and it is counted as what it is.
func TestEachFaultOfRedisIsNamedAndSurvived(t *testing.T) {
	tests := []struct {
		fault service.RedisFault
		reply redistest.Reply
	}{
		{service.RedisLoading, answers("-LOADING Redis is loading the dataset in memory\r\n")},
		{service.RedisReadOnly, answers("-READONLY You can't write against a read only replica.\r\n")},
		{service.RedisWrongType, answers("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")},
		{service.RedisDenied, answers("-NOAUTH Authentication required.\r\n")},
		{service.RedisClusterDown, answers("-CLUSTERDOWN Hash slot not served\r\n")},
		{service.RedisError, answers("-ERR no such thing\r\n")},
		{service.RedisBroken, func(c []string) (string, bool) { return half(c), true }},
		{service.RedisBroken, func([]string) (string, bool) { return "", true }},
		{service.RedisBroken, answers("HTTP/1.1 400 Bad Request\r\n\r\n")},
		{service.RedisTimeout, onceHalf()},
		{service.RedisTimeout, func(c []string) (string, bool) { time.Sleep(time.Second); return half(c), true }},
	}
	for i, tt := range tests {
		for _, name := range []string{"set-per-request", "redis-sismember"} {
			before := runtime.NumGoroutine()
			t.Run(fmt.Sprint(i, " ", tt.fault, " ", name), func(t *testing.T) {
				addr := redistest.Fake(t, tt.reply)
				newStrictLab(t, func(c *service.Config) { c.Redis, c.Strategy = addr, name }).survives(t, tt.fault)
			})
			eventually(t, "every goroutine to end", func() bool { return runtime.NumGoroutine() <= before })
		}
	}
}

// onceHalf begins one reply and says nothing more to anybody: the beginnings of
// two, in one connection, would be taken together for a broken one.
func onceHalf() redistest.Reply {
	var begun atomic.Bool
	return func(c []string) (string, bool) {
		if begun.Swap(true) {
			return "", false
		}
		return half(c), false
	}
}

// half is the beginning of the reply that the command waits for.
func half(command []string) string {
	if command[0] == "GET" {
		return "$1000000\r\n[\""
	}
	return "*2\r\n:1\r\n"
}

func TestARefusedPortIsNamedAndSurvived(t *testing.T) {
	for _, spec := range tidy() {
		before := runtime.NumGoroutine()
		t.Run(spec.Name, func(t *testing.T) {
			l := newStrictLab(t, func(c *service.Config) { c.Strategy = spec.Name })
			l.redis.Stop()
			fault := service.RedisRefused
			if spec.Name == "local-snapshot" {
				fault = "" // asks nobody while it checks
			}
			l.survives(t, fault)
		})
		eventually(t, "every goroutine to end", func() bool { return runtime.NumGoroutine() <= before })
	}
}

// survives fails unless a burst of checks is decided rightly and in time, and
// the fault counted.
func (l *lab) survives(t *testing.T, fault service.RedisFault) {
	t.Helper()
	for range 3 {
		if longest, statuses := l.burst(t, 12); longest > patience || statuses[200] != 12 {
			t.Errorf("12 checks took up to %v with statuses %v, want 200 within %v", longest, statuses, patience)
		}
	}
	faults := l.RedisFaults()
	if fault != "" && faults[fault] == 0 {
		t.Errorf("counted %v, want %s", faults, fault)
	}
}

func TestAPoolInUseIsNamedAndSurvived(t *testing.T) {
	l := newStrictLab(t, func(c *service.Config) { c.Strategy = "list-scan" })
	l.mustCheck(t, 0) // fills the list
	l.redis.Freeze()
	defer l.redis.Thaw()
	if longest, statuses := l.burst(t, 64); longest > patience || statuses[200]+statuses[503] != 64 {
		t.Errorf("64 checks took up to %v with statuses %v", longest, statuses)
	}
	if faults := l.RedisFaults(); faults[service.RedisBusy] == 0 {
		t.Errorf("counted %v, want %s: there are 16 connections", faults, service.RedisBusy)
	}
}
