package riskyusers

import (
	"cmp"
	"log/slog"
	"time"

	"github.com/leakline/leakline/checker"
)

// Settings say how an Updater publishes.
type Settings struct {
	Kind      Kind          // default Atomic
	Interval  time.Duration // from one publication to the next; default one minute
	StepDelay time.Duration // between the steps of the naive kind; default none
}

func (s Settings) withDefaults() Settings {
	s.Kind = cmp.Or(s.Kind, Atomic)
	s.Interval = cmp.Or(s.Interval, time.Minute)
	return s
}

// An UpdaterConfig says for whom an Updater publishes. The zero value is ready
// for use.
type UpdaterConfig struct {
	Prefix string // before every key in Redis
	Settings
	Buckets checker.Buckets // in which the Set is kept; default one

	// Owner tells this updater from all others. Whoever comes after it by the
	// same name takes its place at once. Default a random text.
	Owner    string
	LockLife time.Duration // how soon a dead updater is replaced; default 30 s

	StalledAfter time.Duration // ends a publication that makes no progress, the naive kind's delays not counted; default 15 s

	OnTurn func(ours bool) // called when it has become our turn to publish, or no longer is; default nothing
	Log    *slog.Logger    // default discards
}

// Status says how publishing goes.
type Status struct {
	Publication          // the last one
	Err         error    // of the latest attempt, nil if it worked
	Ours        bool     // it is this updater's turn to publish
	HeldBy      string   // whose turn it is, as far as is known
	Progress    Progress // of the one under way
}

// A Publication is what has become of one.
type Publication struct {
	Users       int       // that are published
	At          time.Time // when it was over; zero before the first
	Took        time.Duration
	Incremental bool // only what had changed was published
	Changed     int  // users that were added or removed, if it was incremental
}
