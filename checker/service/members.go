package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker/redisurl"
)

// members is a strategy.Members that sends the questions of concurrent callers
// together. It has a client of its own, so that closing it ends the goroutine
// that gathers them.
type members struct {
	rdb     redis.UniversalClient
	pipe    *redis.AutoPipeliner
	breaker *breaker
	prefix  string
}

// newMembers returns members which, like its client, connects when first asked.
func newMembers(opts *redis.UniversalOptions, b *breaker, prefix string) (*members, error) {
	rdb := redisurl.NewClient(opts)
	pipe, err := rdb.AsyncAutoPipelineWithOptions(&redis.AutoPipelineOptions{
		MaxBatchSize:         300,
		MaxConcurrentBatches: 1, // callers who come meanwhile make up the next batch
		MaxQueuedCommands:    10_000,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("setting up a pipeline: %w", err), rdb.Close())
	}
	return &members{rdb: rdb, pipe: pipe, breaker: b, prefix: prefix}, nil
}

func (m *members) IsMember(ctx context.Context, key, member string) (bool, error) {
	cmd := redis.NewBoolCmd(ctx, "sismember", m.prefix+key, member)
	if err := m.ask(ctx, cmd); err != nil {
		return false, err
	}
	return cmd.Val(), nil
}

func (m *members) AreMembers(ctx context.Context, key string, names ...string) ([]bool, error) {
	args := make([]any, 2, 2+len(names))
	args[0], args[1] = "smismember", m.prefix+key
	for _, name := range names {
		args = append(args, name)
	}
	cmd := redis.NewBoolSliceCmd(ctx, args...)
	if err := m.ask(ctx, cmd); err != nil {
		return nil, err
	}
	if got := cmd.Val(); len(got) == len(names) {
		return got, nil
	}
	return nil, fmt.Errorf("asked about %d members, got %d answers", len(names), len(cmd.Val()))
}

// ask runs cmd, which may be read unless it returns an error: then it may still
// be in flight.
func (m *members) ask(ctx context.Context, cmd redis.Cmder) error {
	if err := m.breaker.allow(); err != nil {
		return err
	}
	return m.breaker.report(m.pipe.Submit(ctx, cmd).WaitContext(ctx))
}

func (m *members) Close() error { return m.rdb.Close() }
