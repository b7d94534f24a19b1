package lab_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/lab"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	tests := []struct {
		name   string
		change func(*lab.Config)
		want   string
	}{
		{"a rate that cannot be kept", func(c *lab.Config) { c.RPS = 1e6 }, "rps"},
		{"more risky users than users", func(c *lab.Config) { c.RiskyUsers = 3000 }, "risky_users 3000: want 1 to 1999"},
		{"a strategy that does not exist", func(c *lab.Config) { c.Strategy = "hope" }, `"hope"`},
		{"a database that is not there", func(c *lab.Config) {
			c.Database = "postgres://u:hunter2@127.0.0.1:1/x"
		}, "127.0.0.1"},
		{"a database without the table", func(c *lab.Config) {
			c.Database = filepath.Join(c.DataDir, "empty.db")
		}, "risky_users"},
		{"a Redis that is not there", func(c *lab.Config) { c.Redis = "redis://:hunter2@127.0.0.1:1" }, "127.0.0.1:1"},
		{"a Redis URL that cannot be read", func(c *lab.Config) { c.Redis = "redis://:hunter2@h:port" }, "address of Redis"},
		{"no program to run", func(c *lab.Config) { c.Executable = filepath.Join(c.DataDir, "nothing") }, "starting the Redis child"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(t)
			tt.change(&cfg)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			l, err := lab.New(ctx, cfg)
			if err == nil {
				l.Close()
				t.Fatal("New made a lab of it")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("New: %v, want %q and no password", err, tt.want)
			}
		})
	}
}

func TestALabThatNeverRunsIsClosed(t *testing.T) {
	l, err := lab.New(t.Context(), config(t))
	if err != nil {
		t.Fatal(err)
	}
	if s := l.State(); s.Status != lab.Starting || s.Strategy != "set-per-request" || s.Generation != 0 ||
		!strings.Contains(s.Redis, "private") || !strings.Contains(s.Database, "private") {
		t.Errorf("state %+v, want one that is about to start", s)
	}
	done := make(chan struct{})
	go func() { l.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("Close hangs")
	}
}
