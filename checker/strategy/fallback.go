package strategy

import (
	"fmt"

	"github.com/leakline/leakline/checker"
)

// unavailable says why neither source could answer. redisErr is nil when Redis
// answered and had nothing.
func unavailable(redisErr, sqlErr error) error {
	if redisErr == nil {
		return fmt.Errorf("%w: SQL: %w", checker.ErrUnavailable, sqlErr)
	}
	return fmt.Errorf("%w: Redis: %w; SQL: %w", checker.ErrUnavailable, redisErr, sqlErr)
}
