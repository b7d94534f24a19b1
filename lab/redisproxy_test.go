package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

// proxied starts a private Redis behind a proxy.
func proxied(t *testing.T) *redisProxy {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := startRedis(t.Context(), executable, 0, password, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	var hello redisHello
	if err := json.Unmarshal(c.hello, &hello); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	p, err := newRedisProxy(hello.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.close()
		goleak.VerifyNone(t, before)
	})
	return p
}

// asksOnce tries nothing twice.
func asksOnce(t *testing.T, p *redisProxy) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Addr: p.addr, Password: password, MaxRetries: -1, DialerRetries: 1, ReadTimeout: 30 * time.Second,
		ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { c.Close() })
	return c
}

func set(t *testing.T, p *redisProxy, appears string, latency time.Duration) {
	t.Helper()
	if err := p.set(appears, latency); err != nil {
		t.Fatal(err)
	}
}

func TestRedisThroughTheProxy(t *testing.T) {
	p := proxied(t)
	c := asksOnce(t, p)
	list := bytes.Repeat([]byte("u0000001,"), 100_000)
	if err := c.SetEx(t.Context(), "k", list, time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Get(t.Context(), "k").Bytes(); err != nil || !bytes.Equal(got, list) {
		t.Fatalf("%d bytes came back, %v, want the %d that were stored", len(got), err, len(list))
	}

	set(t, p, RedisUp, 60*time.Millisecond)
	begun := time.Now()
	if err := c.SetEx(t.Context(), "k", list, time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < 60*time.Millisecond {
		t.Errorf("it took %v while Redis is 60 ms late", took)
	}

	set(t, p, RedisFrozen, 0)
	var late net.Error
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := c.Get(ctx, "k").Err(); !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("frozen: %v, want a timeout", err)
	}

	set(t, p, RedisDown, 0)
	if err := asksOnce(t, p).Get(t.Context(), "k").Err(); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("down: %v, want a refusal", err)
	}

	set(t, p, RedisUp, 0)
	if got, err := asksOnce(t, p).Get(t.Context(), "k").Bytes(); err != nil || !bytes.Equal(got, list) {
		t.Errorf("back: %d bytes, %v, want the list", len(got), err)
	}
}

// What is asked of a frozen Redis is answered when it thaws.
func TestAFrozenRedisThaws(t *testing.T) {
	p := proxied(t)
	c := redis.NewClient(&redis.Options{Addr: p.addr, Password: password, MaxRetries: -1, ReadTimeout: patienceOfOne})
	defer c.Close()
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	set(t, p, RedisFrozen, 0)
	answered := make(chan error, 1)
	go func() { answered <- c.Ping(t.Context()).Err() }()
	select {
	case err := <-answered:
		t.Fatalf("a frozen Redis answered, %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	set(t, p, RedisUp, 0)
	if err := <-answered; err != nil {
		t.Errorf("after it thawed: %v", err)
	}
}

const patienceOfOne = 30 * time.Second

func TestARedisWhosePortIsTakenStaysDown(t *testing.T) {
	p := proxied(t)
	set(t, p, RedisDown, 0)
	taken, err := net.Listen("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.set(RedisUp, 0); err == nil {
		t.Error("it came up on a port that is taken")
	}
	taken.Close()
	set(t, p, RedisUp, 0)
	if err := asksOnce(t, p).Ping(t.Context()).Err(); err != nil {
		t.Errorf("once the port is free: %v", err)
	}
}
