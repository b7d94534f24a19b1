package riskyusers

import (
	"context"
	"fmt"
	"slices"
)

// A Mark says how far a table was read that tells what has changed. Without such
// a column it is the zero Mark.
type Mark struct {
	Column string
	Value  any // as the driver reads it
}

// markColumns tell what has changed, the better one first. Each must grow with
// every change of a row; both may be equal for rows that change together.
var markColumns = []string{"revision", "changed_at"}

// Mark returns how far the table goes now.
func (s *Store) Mark(ctx context.Context) (Mark, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT * FROM risky_users WHERE 1 = 0")
	if err != nil {
		return Mark{}, fmt.Errorf("looking at the table of risky users: %w", err)
	}
	columns, err := rows.Columns()
	rows.Close()
	if err != nil {
		return Mark{}, fmt.Errorf("looking at the table of risky users: %w", err)
	}
	for _, column := range markColumns {
		if !slices.Contains(columns, column) {
			continue
		}
		m := Mark{Column: column}
		if err := s.read.QueryRowContext(ctx, "SELECT MAX("+column+") FROM risky_users").Scan(&m.Value); err != nil {
			return Mark{}, fmt.Errorf("looking for the latest change of risky users: %w", err)
		}
		if m.Value == nil {
			return Mark{}, nil // an empty table has no latest change
		}
		return m, nil
	}
	return Mark{}, nil
}

// EachChanged passes on the rows that have changed after the mark.
func (s *Store) EachChanged(ctx context.Context, since Mark, f func(id string, active bool) error) error {
	if !slices.Contains(markColumns, since.Column) {
		return fmt.Errorf("column %q does not tell what has changed", since.Column)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT user_id, COALESCE(active, false) FROM risky_users WHERE "+since.Column+" > $1", since.Value)
	if err != nil {
		return fmt.Errorf("selecting changed users: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var active bool
		if err := rows.Scan(&id, &active); err != nil {
			return fmt.Errorf("reading a changed user: %w", err)
		}
		if err := f(id, active); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading changed users: %w", err)
	}
	return nil
}

// CountActive counts the risky users.
func (s *Store) CountActive(ctx context.Context) (n int, err error) {
	if err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM risky_users WHERE active = true").Scan(&n); err != nil {
		return 0, fmt.Errorf("counting risky users: %w", err)
	}
	return n, nil
}
