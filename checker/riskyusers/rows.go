package riskyusers

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// A RowSource asks the table through a few connections of its own.
type RowSource struct {
	db   *sql.DB
	free chan struct{}   // one token a connection that rows hold
	life context.Context // of rows that nobody closes
	end  context.CancelFunc
}

// rowConnections is how many a RowSource has.
const rowConnections = 4

// OpenRows returns a source of rows; dsn is as for Open.
func OpenRows(dsn string) (*RowSource, error) {
	e, name, err := engineOf(dsn)
	if err != nil {
		return nil, err
	}
	db, err := e.open(name, rowConnections)
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	return &RowSource{db: db, free: make(chan struct{}, rowConnections), life: life, end: end}, nil
}

// HeldRows hold a connection until they are closed.
type HeldRows struct {
	*sql.Rows
	release func()
}

// Close gives the connection back.
func (r *HeldRows) Close() error {
	defer r.release()
	return r.Rows.Close()
}

// LookUp returns rows with one row for a risky user and none for another. It
// waits for a connection until ctx ends; the rows outlive ctx.
func (r *RowSource) LookUp(ctx context.Context, userID string) (*HeldRows, error) {
	select {
	case r.free <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for one of %d connections: %w", rowConnections, ctx.Err())
	}
	release := sync.OnceFunc(func() { <-r.free })
	rows, err := r.db.QueryContext(r.life, "SELECT user_id FROM risky_users WHERE user_id = $1 AND active = true", userID)
	if err != nil {
		release()
		return nil, fmt.Errorf("looking up a user: %w", err)
	}
	return &HeldRows{rows, release}, nil
}

// Close ends every connection, those of rows that nobody closed too.
func (r *RowSource) Close() error {
	r.end()
	return r.db.Close()
}
