package riskyusers

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// A writeTx is a transaction on a connection of its own.
type writeTx struct {
	*sql.Tx
	conn   *sql.Conn
	copies bool // the engine knows COPY
}

// writing runs work in a transaction.
func (s *Store) writing(ctx context.Context, what string, work func(*writeTx) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer tx.Rollback() // does nothing after Commit
	if err := work(&writeTx{tx, conn, s.engine.copies}); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// insert adds the users from..to-1.
func (tx *writeTx) insert(ctx context.Context, from, to int, active bool) error {
	if tx.copies {
		return tx.copyIn(ctx, from, to, active)
	}
	const rowsPerStatement = 1000
	for ; from < to; from += rowsPerStatement {
		n := min(rowsPerStatement, to-from)
		var query strings.Builder
		query.WriteString("INSERT INTO risky_users (user_id, active, reason) VALUES ")
		args := []any{active, seedReason}
		for i := range n {
			if i > 0 {
				query.WriteString(", ")
			}
			fmt.Fprintf(&query, "($%d, $1, $2)", len(args)+1)
			args = append(args, UserID(from+i))
		}
		if _, err := tx.ExecContext(ctx, query.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// copyIn streams the users to the server by COPY, in the transaction: row by
// row, a million of them take minutes across a network.
func (tx *writeTx) copyIn(ctx context.Context, from, to int, active bool) error {
	row := make([]any, 3)
	next := func() ([]any, error) {
		if from >= to {
			return nil, nil
		}
		row[0], row[1], row[2] = UserID(from), active, seedReason
		from++
		return row, nil
	}
	return tx.conn.Raw(func(conn any) error {
		_, err := conn.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"risky_users"},
			[]string{"user_id", "active", "reason"}, pgx.CopyFromFunc(next))
		return err
	})
}
