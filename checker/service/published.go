package service

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
)

// published is a strategy.Published.
type published struct {
	rdb    redis.UniversalClient
	prefix string
}

// Version asks for both in one transaction: they are published in one.
func (p *published) Version(ctx context.Context) (version string, members int, err error) {
	var name *redis.StringCmd
	var size *redis.IntCmd
	_, err = p.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		name = tx.Get(ctx, p.prefix+checker.VersionKey)
		size = tx.SCard(ctx, p.prefix+checker.SetKey)
		return nil
	})
	if errors.Is(err, redis.Nil) {
		return "", 0, nil
	}
	return name.Val(), int(size.Val()), err
}

// EachMember scans, because one command for a large Set would keep Redis from
// everybody else.
func (p *published) EachMember(ctx context.Context, f func(members []string) error) error {
	const piece = 1000
	var cursor uint64
	for {
		members, next, err := p.rdb.SScan(ctx, p.prefix+checker.SetKey, cursor, "", piece).Result()
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
