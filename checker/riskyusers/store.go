package riskyusers

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// A Store reads and keeps the table of risky users.
type Store struct {
	engine engine
	read   *sql.DB
	write  *sql.DB // the same as read where the engine has no use for one writer
}

// Open returns the store that dsn names: a postgres:// URL, or the path of a
// SQLite file, with or without "sqlite:" before it. It does not connect; a
// database that is away shows in the first query.
func Open(dsn string) (*Store, error) {
	e, name, err := engineOf(dsn)
	if err != nil {
		return nil, err
	}
	s := &Store{engine: e}
	if s.read, err = e.open(name, e.readers); err != nil {
		return nil, err
	}
	s.write = s.read
	if e.oneWriter {
		if s.write, err = e.open(name, 1); err != nil {
			return nil, errors.Join(err, s.read.Close())
		}
	}
	return s, nil
}

// Engine names the database for people.
func (s *Store) Engine() string { return s.engine.name }

// Close ends every connection.
func (s *Store) Close() error {
	if s.write == s.read {
		return s.read.Close()
	}
	return errors.Join(s.read.Close(), s.write.Close())
}

// Ping reports whether the table can be read.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.IsRisky(ctx, "")
	return err
}

// Hold keeps a connection busy for d, as a query does that takes so long.
func (s *Store) Hold(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("waiting for a connection: %w", err)
	}
	defer conn.Close()
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the database: %w", ctx.Err())
	}
}

// ActiveIDs returns every risky user, by the lesson's query.
func (s *Store) ActiveIDs(ctx context.Context) ([]string, error) {
	all := []string{} // never nil: an empty list is not an unknown one
	err := s.EachActive(ctx, 1000, func(ids []string) error {
		all = append(all, ids...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// EachActive passes on every risky user, in pieces of that many, as the
// database sends them. A piece is f's until it returns; its error ends the
// reading and is returned as it is.
func (s *Store) EachActive(ctx context.Context, piece int, f func(ids []string) error) error {
	rows, err := s.read.QueryContext(ctx, "SELECT user_id FROM risky_users WHERE active = true")
	if err != nil {
		return fmt.Errorf("selecting risky users: %w", err)
	}
	defer rows.Close()
	ids := make([]string, 0, piece)
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("reading a risky user: %w", err)
		}
		if ids = append(ids, id); len(ids) == piece {
			if err := f(ids); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil { // the driver hears of it later, perhaps after the last row
				return fmt.Errorf("reading risky users: %w", err)
			}
			ids = ids[:0]
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading risky users: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	return f(ids)
}

// IsRisky looks up a single user.
func (s *Store) IsRisky(ctx context.Context, userID string) (bool, error) {
	var risky bool
	err := s.read.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT 1 FROM risky_users WHERE user_id = $1 AND active = true)", userID).Scan(&risky)
	if err != nil {
		return false, fmt.Errorf("looking up a user: %w", err)
	}
	return risky, nil
}
