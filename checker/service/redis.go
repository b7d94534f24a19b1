package service

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/leakline/leakline/checker/redisurl"
)

// clientOptions returns how checks talk to Redis. The client's own defaults
// would let a frozen Redis hold a check for five seconds: each step here has a
// bound of its own, and nothing is tried twice, because SQL can be asked.
func clientOptions(cfg Config) (*redis.UniversalOptions, error) {
	opts, err := redisurl.Parse(cfg.Redis)
	if err != nil {
		return nil, err
	}
	if cfg.RedisPassword != "" {
		opts.Password = cfg.RedisPassword
	}
	step := cfg.RedisStep
	if opts.IsClusterMode {
		step /= 2 // a node that does not answer is asked again
	}
	opts.MaxRedirects = 1
	opts.ContextTimeoutEnabled = true
	opts.MaxRetries = -1 // 0 would mean three
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = step, step, step
	opts.DialerRetries = 1
	opts.PoolSize, opts.MaxActiveConns = 16, 16
	opts.PoolTimeout = step / 2
	opts.PipelinePoolSize = -1 // a second pool would be tried after the first, doubling the wait
	opts.DisableIdentity = true
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return opts, nil
}

// publisherOptions are for the updater, which writes much at a time and may
// wait for it.
func publisherOptions(checks *redis.UniversalOptions) *redis.UniversalOptions {
	opts := *checks
	const step = 2 * time.Second
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = step, step, step
	opts.PoolSize, opts.MaxActiveConns = 4, 4
	opts.MaxRedirects = 3
	opts.PoolTimeout = step
	return &opts
}

// A listCache is a strategy.ListCache.
type listCache struct {
	rdb     redis.UniversalClient
	breaker *breaker
	prefix  string
}

func (c *listCache) Get(ctx context.Context, key string) ([]byte, error) {
	if err := c.breaker.allow(); err != nil {
		return nil, err
	}
	value, err := c.rdb.Get(ctx, c.prefix+key).Bytes()
	err = c.breaker.report(err)
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return value, err
}

func (c *listCache) SetEx(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := c.breaker.allow(); err != nil {
		return err
	}
	return c.breaker.report(c.rdb.SetEx(ctx, c.prefix+key, value, ttl).Err())
}

// redisVersion says which server answers.
func redisVersion(ctx context.Context, rdb redis.UniversalClient) string {
	info, err := rdb.Info(ctx, "server").Result()
	if err != nil {
		return "unreachable"
	}
	for line := range strings.Lines(info) {
		if version, ok := strings.CutPrefix(line, "redis_version:"); ok {
			return "redis-server " + strings.TrimSpace(version)
		}
	}
	return "Redis"
}
