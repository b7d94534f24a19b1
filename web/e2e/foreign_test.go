package e2e_test

import (
	"database/sql"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/internal/pgtest"
	"github.com/leakline/leakline/internal/redistest"
)

// A Redis and a database given by URL are somebody's: every strategy works on
// them, and what was there before is there afterwards, byte for byte.
func TestSomebodysRedisAndDatabaseAreLeftAsTheyWere(t *testing.T) {
	t.Parallel() // it waits more than it works
	server, database := redistest.Start(t), pgtest.Database(t)
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer rdb.Close()
	for _, key := range []string{"risky_users", "{risky_users}:version", "cart:7"} {
		rdb.Set(t.Context(), key, "theirs", 0)
	}
	rdb.SAdd(t.Context(), "{risky_users}:set", "theirs")
	keysBefore := dump(t, rdb)

	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE risky_users (user_id text PRIMARY KEY, active boolean, score real);
		INSERT INTO risky_users VALUES ('u0000000', true, 0.5), ('mallory', true, 1), ('u0000001', false, 0)`); err != nil {
		t.Fatal(err)
	}
	const table = "SELECT string_agg(risky_users::text, ';' ORDER BY user_id) FROM risky_users"
	rowsBefore := text(t, db, table)

	l := startLab(t, "--redis", "redis://"+server.Addr, "--database", database, "--rps", "0")
	l.api("PUT", "faults", map[string]any{"check_timeout_ms": 0}, nil) // a stalled machine is no error of theirs
	l.api("PUT", "load", map[string]any{"rps": 50}, nil)
	for _, name := range []string{"list-scan", "redis-sismember", "local-snapshot", "set-per-request"} {
		l.api("PUT", "strategy", map[string]string{"name": name}, nil)
		time.Sleep(300 * time.Millisecond)
	}
	if code := l.status("PUT", "load", `{"risky_users":5}`); code != 409 {
		t.Errorf("changing who is risky in somebody's table: %d, want 409", code)
	}
	if s := l.state(); s.Load.Answered == 0 || s.Load.Errors > 0 {
		t.Errorf("%d answered, %d failed, want answers only", s.Load.Answered, s.Load.Errors)
	}
	l.stop()

	after := dump(t, rdb)
	for key := range maps.Keys(after) {
		if strings.HasPrefix(key, "leakline:") {
			delete(after, key)
		}
	}
	if !maps.Equal(after, keysBefore) {
		t.Errorf("Redis held %v and holds %v besides what begins with leakline:",
			slices.Sorted(maps.Keys(keysBefore)), slices.Sorted(maps.Keys(after)))
	}
	if rows := text(t, db, table); rows != rowsBefore {
		t.Errorf("the table was %s and is %s", rowsBefore, rows)
	}
}

// dump returns every key with its value as Redis serialises it.
func dump(t *testing.T, rdb *redis.Client) map[string]string {
	t.Helper()
	keys, err := rdb.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, key := range keys {
		if all[key], err = rdb.Dump(t.Context(), key).Result(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func text(t *testing.T, db *sql.DB, query string) (s string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}
