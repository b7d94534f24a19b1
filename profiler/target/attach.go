package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
)

// AttachConfig wires an Attachment. Stranger and Watch are required.
type AttachConfig struct {
	Stranger      *Stranger
	Watch         *Watch
	GC            bool          // force a collection before each look; else only a button does
	SnapshotEvery time.Duration // default 30 s; longer where Pace says so
	Pace          *Pace         // shared with other attachments; nil for a single one
	OnLife        func()        // called when Life has changed; may be nil
	Log           *slog.Logger  // may be nil
}

// Being looked at and being read should each take no more than attachShare of
// one CPU of a service that is somebody's: together at most 1 %.
const (
	attachShare = 0.005
	looksEvery  = 5 * time.Second // on average at most so often
	readsEvery  = time.Second     // at most so often
	firstRetry  = time.Second
	lastRetry   = 30 * time.Second
)

// An Attachment keeps watching a service that is not ours: it finds out what
// the service tells of itself, follows that, looks at its heap now and then,
// and comes back when it was away.
type Attachment struct {
	cfg AttachConfig

	mu   sync.Mutex
	life Life
	cost Cost

	// Owned by Run.
	agent   *Target
	process profiler.Process // the last that an agent told of
	counted MemStats         // the last figures without one
}

// errRestarted reports figures that only a new process can state.
var errRestarted = errors.New("the service was restarted: what it has allocated so far fell")

// NewAttachment returns an attachment; Run does the work.
func NewAttachment(cfg AttachConfig) *Attachment {
	cfg.SnapshotEvery = cmp.Or(cfg.SnapshotEvery, 30*time.Second)
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	return &Attachment{
		cfg: cfg, life: Life{Status: Starting}, counted: unknownMemStats(),
	}
}

// Life is how the service is, as far as we can tell.
func (a *Attachment) Life() Life {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.life
}

// Cost is what looking at the service takes now.
func (a *Attachment) Cost() Cost {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cost
}

func (a *Attachment) change(f func(*Life)) {
	a.mu.Lock()
	f(&a.life)
	a.mu.Unlock()
	if a.cfg.OnLife != nil {
		a.cfg.OnLife()
	}
}

// Run watches until ctx ends. A service that is not there, or not any more, is
// tried again.
func (a *Attachment) Run(ctx context.Context) error {
	defer a.cfg.Stranger.Close()
	var judging sync.WaitGroup
	judging.Go(func() { a.cfg.Watch.Judge(ctx) })
	defer judging.Wait()
	wait := firstRetry
	for ctx.Err() == nil {
		err := a.visit(ctx)
		if ctx.Err() != nil {
			break
		}
		if a.left() {
			wait = firstRetry
		}
		if errors.Is(err, errRestarted) {
			continue
		}
		level := slog.LevelWarn
		if a.Life().Attempt > 0 {
			level = slog.LevelDebug // it has been said
		}
		a.cfg.Log.Log(ctx, level, "the service does not answer", "target", a.cfg.Watch.ID(), "error", err)
		a.change(func(l *Life) {
			l.Status, l.LastExit, l.Attempt, l.RetryAt = BackingOff, err.Error(), l.Attempt+1, time.Now().Add(wait)
		})
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
	a.left()
	return nil
}

// visit follows the service for as long as it answers, by its agent if it has
// one, and returns why it ended.
func (a *Attachment) visit(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	v := &visitor{a: a, ctx: ctx}
	defer v.looking.Wait()
	defer cancel()
	a.agent = a.cfg.Stranger.Agent(a.cfg.Pace.readings())
	err := a.agent.Follow(ctx, 0, v)
	if v.process != nil || ctx.Err() != nil {
		return err
	}
	return v.poll()
}

// met says that the service answers: new, if this is another process than the
// one before. how is by what it is watched.
func (a *Attachment) met(p Patient, exact, isNew bool, how string) uint32 {
	now := time.Now()
	life := a.Life()
	kind, text := profiler.MarkNote, "the service answers again"
	if isNew || life.Generation == 0 {
		life.Generation++
		life.Since = now
		kind, text = profiler.MarkStart, fmt.Sprintf("watching generation %d by %s", life.Generation, how)
	}
	if life.Generation > 1 && kind == profiler.MarkStart {
		life.Restarts++
	}
	life.Status, life.Attempt, life.RetryAt = Running, 0, time.Time{}
	w := a.cfg.Watch
	w.Begin(p, life.Generation, exact)
	w.Running("")
	a.change(func(l *Life) { *l = life })
	w.Mark(profiler.Mark{Kind: kind, By: "observer", Text: text})
	return life.Generation
}

// left says that the service does not answer any more, if it did.
func (a *Attachment) left() bool {
	if life := a.Life(); !life.Up() {
		return false
	}
	w := a.cfg.Watch
	w.Mark(profiler.Mark{Kind: profiler.MarkStop, By: "observer", Text: "the service stopped answering"})
	w.End()
	w.Running("")
	return true
}
