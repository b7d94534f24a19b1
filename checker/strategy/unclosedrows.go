package strategy

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/leakline/leakline/checker"
)

// unclosedRows asks SQL, the source of truth, through a few connections of its
// own. A risky user is answered at once, and on that way out the rows are not
// closed: their connection never comes back, and soon there is none left.
type unclosedRows struct {
	source   RowSource
	patience time.Duration
}

// rowPatience is how long a check waits for a connection: a client that goes
// away must not cost a decision that somebody wants to read about later.
const rowPatience = 20 * time.Second

func newUnclosedRows(p Parts) (checker.Strategy, error) {
	source, err := p.Rows()
	if err != nil {
		return nil, fmt.Errorf("opening the table of risky users: %w", err)
	}
	return &unclosedRows{source, cmp.Or(p.RowPatience, rowPatience)}, nil
}

func (s *unclosedRows) Check(ctx context.Context, p checker.Payment) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience)
	defer cancel()
	rows, err := s.source.LookUp(ctx, p.UserID)
	if err != nil {
		return false, unavailable(nil, err)
	}
	for rows.Next() {
		return true, nil
	}
	if err := rows.Err(); err != nil {
		rows.Close()
		return false, unavailable(nil, err)
	}
	return false, rows.Close()
}

func (s *unclosedRows) Close() error { return s.source.Close() }
