package riskyusers_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
)

// databases returns an empty database of each engine there is to test with:
// SQLite always, PostgreSQL when LEAKLINE_TEST_POSTGRES holds the URL of a
// database that may be emptied.
func databases(t *testing.T) map[string]string {
	t.Helper()
	dsns := map[string]string{"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "risky users#.db")}
	url := os.Getenv("LEAKLINE_TEST_POSTGRES")
	if url == "" {
		return dsns
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DROP TABLE IF EXISTS risky_users"); err != nil {
		t.Fatal(err)
	}
	dsns["PostgreSQL"] = url
	return dsns
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
			if err := s.Seed(t.Context(), population); !errors.Is(err, riskyusers.ErrNotOurs) {
				t.Errorf("seeding a table that holds rows: %v, want ErrNotOurs", err)
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
			driver, name := "pgx", dsn
			if engine == "SQLite" {
				driver, name = "sqlite", "file:"+filepath.Dir(dsn[len("sqlite:"):])+"/risky%20users%23.db"
			}
			db, err := sql.Open(driver, name)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), "INSERT INTO risky_users (user_id, active) VALUES ('mallory', true)"); err != nil {
				t.Fatal(err)
			}
			if err := s.SetActive(t.Context(), 5); !errors.Is(err, riskyusers.ErrNotOurs) {
				t.Errorf("SetActive: %v, want ErrNotOurs", err)
			}
			if err := s.Seed(t.Context(), riskyusers.Population{Users: 10, Risky: 5}); !errors.Is(err, riskyusers.ErrNotOurs) {
				t.Errorf("Seed: %v, want ErrNotOurs", err)
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
		if err := s.Seed(t.Context(), p); err == nil || errors.Is(err, riskyusers.ErrNotOurs) {
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
