package riskyusers

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	_ "modernc.org/sqlite"             // driver "sqlite"
)

// An engine is all in which the two databases differ: both understand the same
// SQL as far as this package uses it.
type engine struct {
	name      string
	driver    string
	readers   int  // connections at most
	oneWriter bool // writes go through a single connection of their own
	copies    bool // knows COPY
}

var (
	sqlite     = engine{name: "SQLite", driver: "sqlite", readers: 8, oneWriter: true}
	postgreSQL = engine{name: "PostgreSQL", driver: "pgx", readers: 8, copies: true}
)

// engineOf returns the engine for dsn and what its driver calls the database.
func engineOf(dsn string) (engine, string, error) {
	scheme, rest, _ := strings.Cut(dsn, "://")
	switch {
	case scheme == "postgres" || scheme == "postgresql":
		return postgreSQL, dsn, nil
	case rest != "":
		return engine{}, "", fmt.Errorf("database %s://… is neither postgres:// nor a SQLite file", scheme)
	}
	path := strings.TrimPrefix(dsn, "sqlite:")
	switch path {
	case "":
		return engine{}, "", errors.New("no database given")
	case ":memory:":
		return engine{}, "", errors.New("SQLite needs a file: in memory every connection would see a table of its own")
	}
	return sqlite, sqliteName(path), nil
}

// sqliteName lets readers go on while the one writer writes, and makes a
// connection that finds the file locked wait rather than fail.
func sqliteName(path string) string {
	query := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)"},
		"_txlock": {"immediate"},
	}
	file := url.URL{Path: filepath.ToSlash(path)}
	return "file:" + file.EscapedPath() + "?" + query.Encode()
}

func (e engine) open(name string, connections int) (*sql.DB, error) {
	db, err := sql.Open(e.driver, name)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", e.name, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(time.Minute)
	return db, nil
}
