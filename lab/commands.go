package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
)

// ErrUnknownStrategy reports a name that is not in the catalog.
var ErrUnknownStrategy = errors.New("there is no such strategy")

// ErrInvalid reports a setting out of its range; the text says which.
var ErrInvalid = errors.New("invalid setting")

// ErrForeign reports a command that only the lab's own database or Redis may
// suffer.
var ErrForeign = errors.New("it was given by URL and is somebody's: it is left as it is")

// recently is how old a snapshot of the strategy may be to stand for the time
// before a switch: two switches in a row do not need two.
const recently = 2 * time.Second

func (l *Lab) lookUp(name string) (strategy.Spec, error) {
	for _, spec := range strategy.Catalog() {
		if spec.Name == name {
			return spec, nil
		}
	}
	return strategy.Spec{}, fmt.Errorf("strategy %q: %w", name, ErrUnknownStrategy)
}

func (l *Lab) wanted() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.desired
}

func (l *Lab) present() *patient {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.patient
}

// Switched says which strategy decides, and as which generation of the
// checker; the generation is 0 while the patient is not running and the
// strategy will start with it.
type Switched struct {
	Name       string `json:"name"`
	Generation uint64 `json:"generation"`
}

// Use switches the strategy. While the patient is down the wish is kept and
// applied when it is ready.
func (l *Lab) Use(ctx context.Context, name, by string) (Switched, error) {
	if err := l.trials.running(); err != nil {
		return Switched{}, err
	}
	return l.use(ctx, name, by)
}

func (l *Lab) use(ctx context.Context, name, by string) (Switched, error) {
	l.command.Lock()
	defer l.command.Unlock()
	if _, err := l.lookUp(name); err != nil {
		return Switched{}, err
	}
	p := l.present()
	from := l.wanted()
	if p == nil {
		l.change(func(s *State) { l.desired, s.Strategy, s.Capacity = name, name, nil })
		return Switched{Name: name}, nil
	}
	if from == name {
		return Switched{name, l.State().StrategyGeneration}, nil
	}
	l.snapshotBefore(ctx, from)
	done, err := p.use(ctx, name)
	if err != nil {
		return Switched{}, err
	}
	l.runs(name)
	l.mark(profiler.Mark{Kind: profiler.MarkSwitch, From: from, To: name, By: by, Text: from + " → " + name})
	l.change(func(s *State) {
		l.desired, s.Strategy, s.StrategyGeneration, s.Capacity = name, name, done.Generation, nil
	})
	l.takeSoon(target.Request{Reason: profiler.ReasonAfterSwitch, By: "lab"})
	return done, nil
}

// snapshotBefore takes the picture that what follows is compared with. A
// switch does not fail for want of it.
func (l *Lab) snapshotBefore(ctx context.Context, strategy string) {
	now := profiler.Snapshot{Target: TargetID, Epoch: l.cfg.Epoch, Generation: l.State().Generation}
	for _, s := range l.cfg.Archive.List() {
		if s.Kind == "heap" && s.Strategy == strategy && s.SameLife(&now) && time.Since(s.Time) < recently {
			return
		}
	}
	if _, err := l.watch.Snapshot(ctx, target.Request{Reason: profiler.ReasonBeforeSwitch, By: "lab"}); err != nil {
		l.cfg.Log.Warn("snapshot failed", "reason", string(profiler.ReasonBeforeSwitch), "error", err)
	}
}

// A LoadChange names what is to change of the load; nil leaves it.
type LoadChange struct {
	RPS        *float64 `json:"rps"`
	RiskyShare *float64 `json:"risky_share"`
	RiskyUsers *int     `json:"risky_users"`

	// TimesCapacity sets the rate to so many times what the checker can do,
	// which takes four seconds to measure after anything has changed.
	TimesCapacity *float64 `json:"times_capacity"`
}

// SetLoad changes the load and returns the whole of it.
func (l *Lab) SetLoad(ctx context.Context, c LoadChange, by string) (LoadSettings, error) {
	l.command.Lock()
	defer l.command.Unlock()
	old := l.load.get()
	if err := l.trials.running(); err != nil {
		return old, err
	}
	s := old
	switch {
	case c.RPS != nil && c.TimesCapacity != nil:
		return old, fmt.Errorf("%w: rps and times_capacity exclude each other", ErrInvalid)
	case c.RPS != nil:
		s.RPS = *c.RPS
	case c.TimesCapacity != nil:
		rps, err := l.timesCapacity(ctx, *c.TimesCapacity, by)
		if err != nil {
			return old, err
		}
		s.RPS = rps
	}
	if c.RiskyShare != nil {
		s.RiskyShare = *c.RiskyShare
	}
	if c.RiskyUsers != nil {
		s.RiskyUsers = *c.RiskyUsers
	}
	if err := s.check(l.cfg.Users); err != nil {
		return old, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if s == old {
		return s, nil
	}
	if s.RiskyUsers != old.RiskyUsers {
		if err := l.resize(ctx, old, s); err != nil {
			return old, err
		}
	}
	l.load.set(s)
	if s.RiskyUsers != old.RiskyUsers {
		l.change(func(state *State) { state.Capacity = nil })
	}
	l.mark(profiler.Mark{Kind: profiler.MarkLoad, By: by, Text: describeLoad(old, s)})
	l.change(func(*State) {})
	return s, nil
}

// describeLoad says what changed.
func describeLoad(old, s LoadSettings) string {
	switch {
	case old.RPS != s.RPS:
		return fmt.Sprintf("load %v → %v requests/s", old.RPS, s.RPS)
	case old.RiskyShare != s.RiskyShare:
		return fmt.Sprintf("payments by risky users %v → %v %%", 100*old.RiskyShare, 100*s.RiskyShare)
	}
	return fmt.Sprintf("risky users %d → %d", old.RiskyUsers, s.RiskyUsers)
}

// resize makes the list longer or shorter and has the patient learn of it.
// Until it has, nobody can say whether the users in between are risky.
func (l *Lab) resize(ctx context.Context, old, s LoadSettings) error {
	if l.foreignDatabase() {
		return fmt.Errorf("changing the list in the database: %w", ErrForeign)
	}
	settled := l.load.transition(min(old.RiskyUsers, s.RiskyUsers), max(old.RiskyUsers, s.RiskyUsers))
	defer time.AfterFunc(2*time.Second, settled)
	store, err := riskyusers.Open(l.database)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.SetActive(ctx, s.RiskyUsers); err != nil {
		return err
	}
	p := l.present()
	if p == nil {
		return nil
	}
	if err := p.control(ctx, http.MethodPost, "/control/refresh", nil, nil); err != nil {
		// Else the next life would read a list that the load knows nothing of.
		back := store.SetActive(context.WithoutCancel(ctx), old.RiskyUsers)
		return errors.Join(fmt.Errorf("telling the checker of its new list: %w", err), back)
	}
	return nil
}

// Restart ends the present life, if there is one, and starts the next at once.
func (l *Lab) Restart(by string) error {
	if err := l.trials.running(); err != nil {
		return err
	}
	l.mark(profiler.Mark{Kind: profiler.MarkRestart, By: by, Text: "restart asked for"})
	l.again()
	return nil
}

// Reset begins again: a new life, with strategy, load, faults and limits as they were
// at the start.
func (l *Lab) Reset(ctx context.Context, by string) error {
	if err := l.StopTrial(ctx, "the lab was reset"); err != nil {
		return err
	}
	first := l.first
	if _, err := l.SetLoad(ctx, LoadChange{RPS: &first.RPS, RiskyShare: &first.RiskyShare, RiskyUsers: &first.RiskyUsers}, by); err != nil {
		return err
	}
	if err := l.backToTheStart(); err != nil {
		return err
	}
	l.scores.clear()
	l.mark(profiler.Mark{Kind: profiler.MarkRestart, By: by, Text: "reset: everything as at the start"})
	l.again()
	return nil
}

func (l *Lab) backToTheStart() error {
	l.command.Lock()
	defer l.command.Unlock()
	if err := l.disturbRedis(noFaults); err != nil {
		return err
	}
	l.death.closeOn(l.cfg.Archive)
	l.change(func(s *State) {
		l.desired = l.cfg.Strategy
		s.Faults = noFaults
		s.Limits, s.Death = l.cfg.limits(), nil
		s.Capacity, s.Proof, s.resetFrom = nil, nil, s.Generation
	})
	return nil
}

// Resume starts a patient again that the supervisor had given up.
func (l *Lab) Resume(by string) {
	if l.State().Status != Halted {
		return
	}
	l.mark(profiler.Mark{Kind: profiler.MarkRestart, By: by, Text: "resumed"})
	l.again()
}

func (l *Lab) again() {
	select {
	case l.restart <- struct{}{}:
	default: // one is on its way already
	}
}

// checkerConfig is what the next life is told.
func (l *Lab) checkerConfig(strategy string) CheckerConfig {
	return CheckerConfig{
		Token: newToken(), Redis: l.redis, KeyPrefix: l.cfg.RedisPrefix,
		Database: l.database, Strategy: strategy, Updater: l.State().Faults.Updater, MemoryLimit: l.State().Limits.MemoryLimit,
	}
}

// pingRedis asks somebody's Redis who it is.
func pingRedis(ctx context.Context, rawURL string) (string, error) {
	opts, err := redisurl.Parse(rawURL)
	if err != nil {
		return "", err
	}
	opts.MaxRetries, opts.DialerRetries, opts.DialTimeout = -1, 1, 2*time.Second
	client, where := redisurl.NewClient(opts), strings.Join(opts.Addrs, ",")
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return "", fmt.Errorf("asking Redis at %s: %w", where, err)
	}
	info, _ := client.Info(ctx, "server").Result() // which it need not tell
	return "Redis " + infoField(info, "redis_version") + " at " + where, nil
}
