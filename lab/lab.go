package lab

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
)

// TargetID names the lab's patient among targets.
const TargetID = "checker"

// Config says what lab to run. Executable, DataDir, Epoch and Archive are
// required.
type Config struct {
	Executable string // our own binary, which the children run
	DataDir    string // for the private database
	Epoch      string // of this observer run
	Archive    *archive.Archive
	Graphs     *archive.Archive // of heap graphs; nil for none

	Redis       string // URL of somebody's Redis; default a private one
	RedisPrefix string // before every key; default "leakline:" in somebody's Redis
	Database    string // somebody's database; default a private SQLite file
	Seed        bool   // fill somebody's database, if its table is empty
	Users       int    // default 1 000 000
	RiskyUsers  int    // default 10 000
	RPS         float64
	RiskyShare  float64
	Strategy    string // default set-per-request
	CheckerCPUs int    // default 1
	MemoryLimit int64  // bytes at which the patient is killed; default none
	GoMemLimit  int64  // bytes; default off
	SoftLimit   bool   // enforce the limit by watching, even where a cgroup could be made

	SnapshotEvery time.Duration         // default 30 s
	TrialWarmUp   time.Duration         // of each stretch of a trial; default 3 s
	Sink          target.Sink           // told every reading and mark; may be nil
	OnState       func()                // called when State has changed; may be nil
	OnVerdict     func(verdict.Verdict) // called when the verdict has changed; may be nil
	OnGraph       func(profiler.Snapshot, *heapgraph.Analysis)
	Log           *slog.Logger
}

func (c Config) withDefaults() Config {
	c.Users = cmp.Or(c.Users, 1_000_000)
	c.RiskyUsers = cmp.Or(c.RiskyUsers, 10_000)
	c.Strategy = cmp.Or(c.Strategy, strategy.Catalog()[0].Name)
	c.CheckerCPUs = cmp.Or(c.CheckerCPUs, 1)
	c.TrialWarmUp = cmp.Or(c.TrialWarmUp, 3*time.Second)
	c.SnapshotEvery = cmp.Or(c.SnapshotEvery, 30*time.Second)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if c.Redis != "" {
		c.RedisPrefix = cmp.Or(c.RedisPrefix, "leakline:")
	}
	return c
}

func (c *Config) limits() Limits { return Limits{c.MemoryLimit, c.GoMemLimit, c.CheckerCPUs} }

// A Lab runs a checker, its load, and the watch over it.
type Lab struct {
	cfg   Config
	load  *load
	first LoadSettings // what reset goes back to
	box   blackBox
	base  grip // on what the present life is compared with
	death grip // on the pictures of the last death
	watch *target.Watch

	scores   *scoreboard
	trials   trials
	conducts chan conduct // trials to run; one at a time
	baseline baseline     // of whoever augments readings, one after the other

	redis    string      // URL the patient uses
	database string      // as riskyusers.Open takes it
	private  *child      // the Redis child, nil with somebody's Redis
	proxy    *redisProxy // before it

	program program // of the patient

	restart  chan struct{}       // end this life, or stop waiting for the next
	captures chan target.Request // snapshots to take, one after the other

	command sync.Mutex // one command at a time

	mu      sync.Mutex
	state   State
	desired string   // strategy
	patient *patient // nil between lives
}

// New prepares a lab: it starts Redis and fills the private database. Close
// must be called even if Run never is.
func New(ctx context.Context, cfg Config) (*Lab, error) {
	l := &Lab{
		cfg:      cfg.withDefaults(),
		restart:  make(chan struct{}, 1),
		captures: make(chan target.Request, 8),
		conducts: make(chan conduct, 1),
	}
	settings := LoadSettings{RPS: l.cfg.RPS, RiskyShare: l.cfg.RiskyShare, RiskyUsers: l.cfg.RiskyUsers}
	if err := settings.check(l.cfg.Users); err != nil {
		return nil, err
	}
	if _, err := l.lookUp(l.cfg.Strategy); err != nil {
		return nil, err
	}
	limits := l.cfg.limits()
	if err := limits.check(); err != nil {
		return nil, err
	}
	l.desired, l.first = l.cfg.Strategy, settings
	l.state = State{Life: target.Life{Status: Starting}, Strategy: l.desired, Faults: noFaults, Limits: limits}
	l.load = newLoad(l.cfg.Users, settings, l.foreignDatabase() && !l.cfg.Seed)
	l.program.path, l.program.log = l.cfg.Executable, l.cfg.Log
	l.scores = newScoreboard(l.load)
	l.watch = target.NewWatch(target.WatchConfig{
		ID: TargetID, Epoch: l.cfg.Epoch, Archive: l.cfg.Archive, Sink: l.cfg.Sink,
		Augment: l.augment(), Verdict: l.cfg.OnVerdict, Log: l.cfg.Log,
		Graphs: l.cfg.Graphs, OnGraph: l.cfg.OnGraph,
	})
	if err := l.openDatabase(ctx); err != nil {
		return nil, err
	}
	if err := l.openRedis(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// augment adds what the load knows to each reading, and looks at how near the
// limit it is.
func (l *Lab) augment() func(*profiler.Reading) {
	load := newLoadReader(l.load)
	return func(r *profiler.Reading) {
		load.augment(r)
		l.scores.reading(r)
		l.watchTheLimit(r)
		l.compareWithFirst(r)
	}
}

// Close ends the Redis child and lets go of files. Run must have returned.
func (l *Lab) Close() {
	l.program.close()
	if l.private != nil {
		l.proxy.close()
		l.private.stop()
	}
}

// Watch is the watch over the patient.
func (l *Lab) Watch() *target.Watch { return l.watch }

func (l *Lab) foreignDatabase() bool { return l.cfg.Database != "" }

// openDatabase fills a private SQLite file, or checks that somebody's database
// answers.
func (l *Lab) openDatabase(ctx context.Context) error {
	l.database = l.cfg.Database
	if !l.foreignDatabase() {
		l.database = filepath.Join(l.cfg.DataDir, "riskyusers.db")
	}
	store, err := riskyusers.Open(l.database)
	if err != nil {
		return err
	}
	defer store.Close()
	l.state.Database = store.Engine()
	population := riskyusers.Population{Users: l.cfg.Users, Risky: l.cfg.RiskyUsers, Ours: !l.foreignDatabase()}
	switch {
	case !l.foreignDatabase():
		l.state.Database += ", private"
		return store.Seed(ctx, population)
	case l.cfg.Seed:
		return store.Seed(ctx, population)
	}
	if err := store.Ping(ctx); err != nil {
		return fmt.Errorf("reading the table of risky users (--seed makes one where there is none): %w", err)
	}
	return nil
}

// openRedis starts the private Redis, or checks that somebody's answers.
func (l *Lab) openRedis(ctx context.Context) error {
	if l.cfg.Redis != "" {
		name, err := pingRedis(ctx, l.cfg.Redis)
		if err != nil {
			return err
		}
		l.redis, l.state.Redis = l.cfg.Redis, name
		return nil
	}
	password := rand.Text()
	c, err := startRedis(ctx, l.cfg.Executable, 0, password, l.cfg.Log)
	if err != nil {
		return err
	}
	var hello redisHello
	if err := json.Unmarshal(c.hello, &hello); err != nil {
		c.stop()
		return fmt.Errorf("reading the Redis child's hello: %w", err)
	}
	if l.proxy, err = newRedisProxy(hello.Addr); err != nil {
		c.stop()
		return err
	}
	l.private = c
	l.redis = (&url.URL{Scheme: "redis", User: url.UserPassword("", password), Host: l.proxy.addr}).String()
	l.state.Redis, l.state.OwnRedis = hello.Name+", private", true
	return nil
}

// Run runs the lab until ctx ends or something it cannot mend happens, and
// has ended every process but Redis when it returns.
func (l *Lab) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		parts  sync.WaitGroup
		once   sync.Once
		broken error
	)
	for _, run := range []func(context.Context) error{l.supervise, l.load.run, l.snapshots, l.keepTime, l.guardRedis, l.watch.Judge, l.findHolders, l.conductTrials} {
		parts.Go(func() {
			if err := run(ctx); err != nil {
				once.Do(func() { broken = err })
				cancel()
			}
		})
	}
	parts.Wait()
	return broken
}

// guardRedis ends the lab when its Redis child does.
func (l *Lab) guardRedis(ctx context.Context) error {
	if l.private == nil {
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case <-l.private.done:
		return fmt.Errorf("the private Redis ended: %s", describeExit(l.private))
	}
}

// keepTime records the instants at which the patient says nothing.
func (l *Lab) keepTime(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			quiet := 250 * time.Millisecond // a stream that runs may be late
			if l.present() == nil {
				quiet = 0
			}
			l.watch.Idle(now, quiet)
		}
	}
}

// snapshots takes what is asked for, and one by the clock: sooner while memory
// grows and no snapshot has shown where.
func (l *Lab) snapshots(ctx context.Context) error {
	const sooner = 3
	last := time.Now()
	tick := time.NewTicker(l.cfg.SnapshotEvery / (2 * sooner))
	defer tick.Stop()
	for {
		req := target.Request{Reason: profiler.ReasonInterval, By: "lab"}
		select {
		case <-ctx.Done():
			return nil
		case req = <-l.captures:
		case <-tick.C:
			due := l.cfg.SnapshotEvery
			if l.watch.Verdict().Word == verdict.Growing {
				due /= sooner
			}
			if time.Since(last) < due {
				continue
			}
		}
		last = time.Now()
		taken, err := l.watch.Snapshot(ctx, req)
		if err == nil && req.Kind == "" {
			l.box.took(req.Reason)
			if req.Reason == profiler.ReasonReady {
				l.base.closeOn(l.cfg.Archive, taken.ID)
			}
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, target.ErrNotRunning) {
			l.cfg.Log.Warn("snapshot failed", "reason", string(req.Reason), "error", err)
		}
	}
}

// takeSoon asks for a snapshot without waiting for it. When so many are asked
// for that the queue is full, the ones that wait say enough.
func (l *Lab) takeSoon(req target.Request) {
	select {
	case l.captures <- req:
	default:
	}
}

// findHolders finds out who holds what leaks, where heap graphs are kept.
func (l *Lab) findHolders(ctx context.Context) error {
	if l.cfg.Graphs == nil {
		return nil
	}
	return l.watch.FindHolders(ctx)
}
