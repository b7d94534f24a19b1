package riskyusers

import (
	"context"
	"errors"
	"fmt"
)

// ErrNotOurs reports a table whose rows somebody else has put there.
var ErrNotOurs = errors.New("the table of risky users holds rows that are not leakline's")

// ErrNotEmpty reports a table that was to be filled and holds rows.
var ErrNotEmpty = errors.New("the table of risky users holds rows already, and only an empty one is filled")

// seedReason marks the rows that this package wrote.
const seedReason = "seeded by leakline"

// A Population is the lab's users, of whom the first Risky are risky.
type Population struct {
	Users int
	Risky int
	Ours  bool // the table is leakline's own: make it match, whatever it holds
}

const schema = `CREATE TABLE IF NOT EXISTS risky_users (
	user_id  TEXT PRIMARY KEY,
	active   BOOLEAN NOT NULL,
	reason   TEXT,
	added_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)`

// Seed creates the table where there is none and fills it with p's risky users
// and some that no longer are. A table that holds rows is refused with
// ErrNotEmpty, unless it is ours.
func (s *Store) Seed(ctx context.Context, p Population) error {
	if p.Risky < 0 || p.Users > MaxUsers || p.Risky > p.Users {
		return fmt.Errorf("%d risky of %d users: want 0 ≤ risky ≤ users ≤ %d", p.Risky, p.Users, MaxUsers)
	}
	return s.writing(ctx, "seeding risky users", func(tx *writeTx) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		if !p.Ours {
			if err := refuseRows(ctx, tx, ErrNotEmpty, "SELECT EXISTS (SELECT 1 FROM risky_users)"); err != nil {
				return err
			}
		} else if _, err := tx.ExecContext(ctx, "DELETE FROM risky_users"); err != nil {
			return err
		}
		cleared := min(p.Risky/10, p.Users-p.Risky)
		if err := tx.insert(ctx, 0, p.Risky, true); err != nil {
			return err
		}
		return tx.insert(ctx, p.Risky, p.Risky+cleared, false)
	})
}

// SetActive makes the first n users risky and no other. It works on a table
// that Seed has filled and refuses any other with ErrNotOurs.
func (s *Store) SetActive(ctx context.Context, n int) error {
	if n < 0 || n >= MaxUsers {
		return fmt.Errorf("%d risky users: want at least 0 and below %d", n, MaxUsers)
	}
	return s.writing(ctx, "changing who is risky", func(tx *writeTx) error {
		err := refuseRows(ctx, tx, ErrNotOurs, "SELECT EXISTS (SELECT 1 FROM risky_users WHERE reason IS NULL OR reason <> $1)", seedReason)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			"UPDATE risky_users SET active = (user_id < $1) WHERE active <> (user_id < $1)", UserID(n))
		if err != nil {
			return err
		}
		var rows int // the users 0 to rows-1, because nobody else inserts
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM risky_users").Scan(&rows); err != nil {
			return err
		}
		return tx.insert(ctx, rows, n, true)
	})
}

// refuseRows returns the refusal when the query says true.
func refuseRows(ctx context.Context, tx *writeTx, refusal error, query string, args ...any) error {
	var found bool
	if err := tx.QueryRowContext(ctx, query, args...).Scan(&found); err != nil {
		return err
	}
	if found {
		return refusal
	}
	return nil
}
