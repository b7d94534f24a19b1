package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// members is a strategy.Members that sends the questions of concurrent callers
// together. It has a client of its own, so that closing it ends the goroutine
// that gathers them.
type members struct {
	rdb    *redis.Client
	pipe   *redis.AutoPipeliner
	prefix string
}

// newMembers returns members which, like its client, connects when first asked.
func newMembers(opts redis.Options, prefix string) (*members, error) {
	rdb := redis.NewClient(&opts)
	pipe, err := rdb.AsyncAutoPipelineWithOptions(&redis.AutoPipelineOptions{
		MaxBatchSize:         300,
		MaxConcurrentBatches: 1, // callers who come meanwhile make up the next batch
		MaxQueuedCommands:    10_000,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("setting up a pipeline: %w", err), rdb.Close())
	}
	return &members{rdb: rdb, pipe: pipe, prefix: prefix}, nil
}

func (m *members) IsMember(ctx context.Context, key, member string) (bool, error) {
	cmd := redis.NewBoolCmd(ctx, "sismember", m.prefix+key, member)
	if err := m.pipe.Submit(ctx, cmd).WaitContext(ctx); err != nil {
		return false, err // cmd may still be in flight and must not be read
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
	if err := m.pipe.Submit(ctx, cmd).WaitContext(ctx); err != nil {
		return nil, err
	}
	if got := cmd.Val(); len(got) == len(names) {
		return got, nil
	}
	return nil, fmt.Errorf("asked about %d members, got %d answers", len(names), len(cmd.Val()))
}

func (m *members) Close() error { return m.rdb.Close() }
