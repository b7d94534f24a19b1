package riskyusers

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/leakline/leakline/checker/backoff"
)

// An outage counts the attempts that failed in a row. It belongs to Run.
type outage struct{ failures int }

// after is how long to wait after an attempt that ended with err: every checker
// of a fleet tries, and they lose Redis at the same time. It logs when
// publishing begins to fail and when it works again, whoever does it then.
func (u *Updater) after(ctx context.Context, o *outage, s Settings, err error) time.Duration {
	held := errors.Is(err, ErrHeld)
	if err != nil && !held {
		if o.failures++; o.failures == 1 {
			u.log.LogAttrs(ctx, slog.LevelWarn, "risky users not published",
				slog.String("kind", string(s.Kind)), slog.Any("error", err))
		}
		return min(s.Interval, backoff.After(o.failures, rand.Float64()))
	}
	if o.failures > 0 {
		u.log.LogAttrs(ctx, slog.LevelInfo, "risky users can be published again",
			slog.Int("failures", o.failures), slog.Bool("ours", !held))
		o.failures = 0
	}
	if held {
		return u.lock.life / 6
	}
	return s.Interval
}
