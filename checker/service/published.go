package service

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

// published is a strategy.Published.
type published struct {
	rdb     redis.UniversalClient
	prefix  string
	buckets checker.Buckets
}

// Versions asks all at once; a Cluster is asked node by node.
func (p *published) Versions(ctx context.Context) ([]string, error) {
	names := make([]*redis.StringCmd, p.buckets.Len())
	_, err := p.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i := range names {
			names[i] = pipe.Get(ctx, p.prefix+p.buckets.VersionKey(i))
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	versions := make([]string, len(names))
	for i, name := range names {
		if err := name.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return nil, err
		}
		versions[i] = name.Val()
	}
	return versions, nil
}

// Version asks for both in one transaction: they are published in one.
func (p *published) Version(ctx context.Context, bucket int) (version string, members int, err error) {
	var name *redis.StringCmd
	var size *redis.IntCmd
	_, err = p.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		name = tx.Get(ctx, p.prefix+p.buckets.VersionKey(bucket))
		size = tx.SCard(ctx, p.prefix+p.buckets.SetKey(bucket))
		return nil
	})
	if errors.Is(err, redis.Nil) {
		return "", 0, nil
	}
	return name.Val(), int(size.Val()), err
}

// EachMember scans, because one command for a large Set would keep Redis from
// everybody else.
func (p *published) EachMember(ctx context.Context, bucket int, f func(members []string) error) error {
	const piece = 1000
	var cursor uint64
	for {
		members, next, err := p.rdb.SScan(ctx, p.prefix+p.buckets.SetKey(bucket), cursor, "", piece).Result()
		if err != nil {
			return err
		}
		if err := f(members); err != nil {
			return err
		}
		if next == 0 {
			return nil
		}
		cursor = next
	}
}
