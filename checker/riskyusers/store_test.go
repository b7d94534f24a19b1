package riskyusers_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/internal/pgtest"
)

func TestMain(m *testing.M) {
	if what := os.Getenv(updaterOf); what != "" {
		if err := beUpdater(what); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	pgtest.Main(m)
}

// databases returns an empty database of each engine.
func databases(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"SQLite":     "sqlite:" + filepath.Join(t.TempDir(), "risky users#.db"),
		"PostgreSQL": pgtest.Database(t),
	}
}

// execute runs a statement of somebody else's.
func execute(t *testing.T, engine, dsn, statement string, args ...any) {
	t.Helper()
	driver, name := "pgx", dsn
	if engine == "SQLite" {
		driver, name = "sqlite", "file:"+filepath.Dir(strings.TrimPrefix(dsn, "sqlite:"))+"/risky%20users%23.db"
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func open(t *testing.T, dsn string) *riskyusers.Store {
	t.Helper()
	s, err := riskyusers.Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// expect fails unless exactly the first n users are risky.
func expect(t *testing.T, s *riskyusers.Store, n int) {
	t.Helper()
	ids, err := s.ActiveIDs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := make([]string, n)
	for i := range want {
		want[i] = riskyusers.UserID(i)
	}
	if slices.Sort(ids); !slices.Equal(ids, want) {
		t.Fatalf("%d users are risky, want the first %d", len(ids), n)
	}
	for i, risky := range map[int]bool{0: n > 0, max(n-1, 0): n > 0, n: false, n + 1: false} {
		if got, err := s.IsRisky(t.Context(), riskyusers.UserID(i)); err != nil || got != risky {
			t.Errorf("with %d risky users, user %d is risky: %v, %v", n, i, got, err)
		}
	}
}

func TestStore(t *testing.T) {
	for engine, dsn := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			s := open(t, dsn)
			if s.Engine() != engine {
				t.Errorf("engine %q, want %q", s.Engine(), engine)
			}
			if _, err := s.ActiveIDs(t.Context()); err == nil {
				t.Error("without a table nobody is risky, want an error")
			}
			if err := s.Ping(t.Context()); err == nil {
				t.Error("without a table the store says it is ready")
			}
			population := riskyusers.Population{Users: 3500, Risky: 2500}
			if err := s.Seed(t.Context(), population); err != nil {
				t.Fatal(err)
			}
			expect(t, s, 2500)
			for _, n := range []int{3000, 10, 0, 2600} {
				if err := s.SetActive(t.Context(), n); err != nil {
					t.Fatal(err)
				}
				expect(t, s, n)
			}
			if err := s.Seed(t.Context(), population); !errors.Is(err, riskyusers.ErrNotEmpty) {
				t.Errorf("seeding a table that holds rows: %v, want ErrNotEmpty", err)
			}
			expect(t, s, 2600)
			population.Ours = true
			if err := s.Seed(t.Context(), population); err != nil {
				t.Fatal(err)
			}
			expect(t, s, 2500)
		})
	}
}

func TestAForeignTableIsLeftAlone(t *testing.T) {
	for engine, dsn := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			s := open(t, dsn)
			if err := s.Seed(t.Context(), riskyusers.Population{}); err != nil {
				t.Fatal(err) // creates the table
			}
			execute(t, engine, dsn, "INSERT INTO risky_users (user_id, active) VALUES ('mallory', true)")
			if err := s.SetActive(t.Context(), 5); !errors.Is(err, riskyusers.ErrNotOurs) {
				t.Errorf("SetActive: %v, want ErrNotOurs", err)
			}
			if err := s.Seed(t.Context(), riskyusers.Population{Users: 10, Risky: 5}); !errors.Is(err, riskyusers.ErrNotEmpty) {
				t.Errorf("Seed: %v, want ErrNotEmpty", err)
			}
			if ids, err := s.ActiveIDs(t.Context()); err != nil || !slices.Equal(ids, []string{"mallory"}) {
				t.Errorf("the table holds %v, %v, want mallory alone", ids, err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, dsn := range []string{"", "sqlite:", ":memory:", "sqlite::memory:", "mysql://host/db"} {
		if s, err := riskyusers.Open(dsn); err == nil {
			s.Close()
			t.Errorf("Open(%q) works, want an error", dsn)
		}
	}
}

func TestSeedRefusesNumbersThatCannotBe(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "x.db"))
	for _, p := range []riskyusers.Population{
		{Users: 1, Risky: 2}, {Users: 1, Risky: -1}, {Users: riskyusers.MaxUsers + 1},
	} {
		if err := s.Seed(t.Context(), p); err == nil || errors.Is(err, riskyusers.ErrNotEmpty) {
			t.Errorf("Seed(%+v): %v, want a refusal of the numbers", p, err)
		}
	}
	if err := s.SetActive(t.Context(), -1); err == nil {
		t.Error("SetActive(-1) works")
	}
}

// A reader must see the table while it is being written.
func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "x.db")
	a, b := open(t, dsn), open(t, dsn) // as two processes would
	if err := a.Seed(t.Context(), riskyusers.Population{Users: 20, Risky: 10}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE; DELETE FROM risky_users"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if ids, err := b.ActiveIDs(ctx); err != nil || len(ids) != 10 {
		t.Errorf("while another writes, read %d users, %v, want 10", len(ids), err)
	}
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
}

// A table of somebody's own has columns that we know nothing of.
func TestATableWithMoreColumnsIsRead(t *testing.T) {
	for engine, dsn := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			odd := []string{"o'hara", "ü", "🙂", "a b", `"`, "%", "Ω"}
			execute(t, engine, dsn, "CREATE TABLE risky_users (score REAL, user_id TEXT PRIMARY KEY, active BOOLEAN, notes TEXT)")
			for _, id := range append(odd, "once") {
				execute(t, engine, dsn, "INSERT INTO risky_users (score, user_id, active) VALUES (0.5, $1, $2)", id, id != "once")
			}
			s := open(t, dsn)
			ids, err := s.ActiveIDs(t.Context())
			slices.Sort(ids)
			slices.Sort(odd)
			if err != nil || !slices.Equal(ids, odd) {
				t.Errorf("read %q, %v, want %q", ids, err, odd)
			}
			for _, id := range append(odd, "once", "nobody") {
				if risky, err := s.IsRisky(t.Context(), id); err != nil || risky != slices.Contains(odd, id) {
					t.Errorf("%q is risky: %v, %v", id, risky, err)
				}
			}
		})
	}
}

// A reader sees the list as it was before a change or after it.
func TestAChangeIsSeenWhole(t *testing.T) {
	for engine, dsn := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			s := open(t, dsn)
			if err := s.Seed(t.Context(), riskyusers.Population{Users: 4000, Risky: 1000, Ours: true}); err != nil {
				t.Fatal(err)
			}
			stop, looked := make(chan struct{}), make(chan int)
			go func() {
				n := 0
				defer func() { looked <- n }()
				for ; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					if ids, err := s.ActiveIDs(t.Context()); err != nil || len(ids) != 1000 && len(ids) != 3000 {
						t.Errorf("a reader saw %d users, %v, want 1000 or 3000", len(ids), err)
						return
					}
				}
			}()
			for i := range 10 {
				if err := s.SetActive(t.Context(), 1000+2000*((i+1)%2)); err != nil {
					t.Fatal(err)
				}
			}
			close(stop)
			if <-looked == 0 {
				t.Error("nobody looked")
			}
		})
	}
}

func TestAReaderThatStopsIsHeard(t *testing.T) {
	for engine, dsn := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			s := open(t, dsn)
			if err := s.Seed(t.Context(), riskyusers.Population{Users: 6000, Risky: 5000, Ours: true}); err != nil {
				t.Fatal(err)
			}
			enough := errors.New("enough")
			pieces := 0
			err := s.EachActive(t.Context(), 100, func([]string) error {
				if pieces++; pieces == 3 {
					return enough
				}
				return nil
			})
			if !errors.Is(err, enough) || pieces != 3 {
				t.Errorf("%d pieces, %v, want 3 and the reader's own error", pieces, err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			err = s.EachActive(ctx, 100, func([]string) error { cancel(); return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled while reading: %v", err)
			}
			expect(t, s, 5000) // no connection was lost
		})
	}
}

// Many more users than are held at a time pass through: a million, and fewer
// where the race detector has to follow an interpreter of SQL.
func TestManyUsersAreStreamed(t *testing.T) {
	tests := map[string]struct {
		users int
		fill  string
	}{
		"SQLite": {100_000, "INSERT INTO risky_users (user_id, active) " +
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < $1) SELECT 'user ' || i, true FROM n"},
		"PostgreSQL": {1_000_000, "INSERT INTO risky_users (user_id, active) " +
			"SELECT 'user ' || i, true FROM generate_series(1, $1::int) i"},
	}
	for engine, dsn := range databases(t) {
		t.Run(engine, func(t *testing.T) {
			s, tt := open(t, dsn), tests[engine]
			if err := s.Seed(t.Context(), riskyusers.Population{}); err != nil {
				t.Fatal(err)
			}
			execute(t, engine, dsn, tt.fill, tt.users)
			before, most, n := live(), uint64(0), 0
			err := s.EachActive(t.Context(), 1000, func(ids []string) error {
				if n += len(ids); n%(tt.users/4) == 0 {
					most = max(most, live())
				}
				return nil
			})
			if err != nil || n != tt.users {
				t.Fatalf("read %d users, %v, want %d", n, err, tt.users)
			}
			if most > before+2<<20 { // all of them take more than 3 MB
				t.Errorf("reading %d users held %d kB", n, (most-before)>>10)
			}
		})
	}
}

// live is the memory that is reachable, in bytes.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestADatabaseThatIsAwayIsSaidWithoutThePassword(t *testing.T) {
	s := open(t, "postgres://app:hunter2@127.0.0.1:1/shop")
	for what, err := range map[string]error{
		"Ping": s.Ping(t.Context()),
		"Seed": s.Seed(t.Context(), riskyusers.Population{Users: 2, Risky: 1}),
	} {
		if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "127.0.0.1:1") {
			t.Errorf("%s: %v, want where it is and no password", what, err)
		}
	}
	if _, err := riskyusers.Open("postgres://app:hunter2@%zz/shop"); err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Open: %v", err)
	}
}

// BenchmarkSeed fills an empty table with a million risky users.
func BenchmarkSeed(b *testing.B) {
	for engine, dsn := range map[string]string{"SQLite": filepath.Join(b.TempDir(), "x.db"), "PostgreSQL": pgtest.Database(b)} {
		b.Run(engine, func(b *testing.B) {
			s, err := riskyusers.Open(dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			for b.Loop() {
				if err := s.Seed(b.Context(), riskyusers.Population{Users: 1_000_000, Risky: 1_000_000, Ours: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
