package service

import (
	"cmp"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/checker/riskyusers"
)

// Config tunes a Service. Its zero value asks a Redis on this machine and a
// SQLite file in the working directory.
type Config struct {
	Redis         string // see redisurl.Parse; default 127.0.0.1:6379
	RedisPassword string // wins over the URL's
	KeyPrefix     string // before every key in Redis
	Database      string // see riskyusers.Open; default risky-users.db

	// Population is seeded when the service starts to run, unless its Users
	// are 0 or the table holds rows of somebody else.
	Population riskyusers.Population

	Buckets  int    // in which Redis holds the Set, see checker.Buckets; default 1
	Strategy string // to start with; default set-per-request
	Updater  riskyusers.Settings

	// Owner tells whose turn it is to publish, see riskyusers.UpdaterConfig.
	Owner string

	// Fleet is followed unless it is empty: then strategies are switched by its
	// orders alone. Self is what this checker says of itself there; its ID,
	// Started and GoVersion have defaults.
	Fleet string
	Self  fleet.Member

	CheckTimeout time.Duration // longest a check may take; default 250 ms, negative for no limit
	RedisStep    time.Duration // longest one step of a check with Redis may take; default 100 ms
	MaxBody      int64         // bytes of a request; default 4 KiB
	RowPatience  time.Duration // see strategy.Parts

	// ControlToken is asked for by /control/ and /debug/. Without one nobody
	// is let in.
	ControlToken string
	Debug        http.Handler // serves /debug/; default none

	Stats *checker.Stats // to count into; default its own
	Log   *slog.Logger   // default discards
}

func (c Config) withDefaults() Config {
	c.Redis = cmp.Or(c.Redis, "127.0.0.1:6379")
	c.Database = cmp.Or(c.Database, "risky-users.db")
	c.Strategy = cmp.Or(c.Strategy, "set-per-request")
	c.Buckets = cmp.Or(c.Buckets, 1)
	c.CheckTimeout = cmp.Or(c.CheckTimeout, 250*time.Millisecond)
	c.RedisStep = cmp.Or(c.RedisStep, 100*time.Millisecond)
	c.MaxBody = cmp.Or(c.MaxBody, 4<<10)
	if c.Fleet != "" {
		c.Self.ID = cmp.Or(c.Self.ID, newMemberID())
		c.Self.GoVersion = cmp.Or(c.Self.GoVersion, runtime.Version())
		if c.Self.Started.IsZero() {
			c.Self.Started = time.Now().UTC()
		}
		c.Owner = cmp.Or(c.Owner, c.Self.ID)
	}
	c.Stats = cmp.Or(c.Stats, new(checker.Stats))
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
