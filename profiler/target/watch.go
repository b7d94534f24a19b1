package target

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/verdict"
)

// ErrNotRunning reports that there is no process to ask at the moment.
var ErrNotRunning = errors.New("the patient is not running at the moment")

// A Sink is told everything a Watch learns, as it learns it: the live stream.
// Its methods must not block.
type Sink interface {
	Reading(profiler.Point)
	Mark(profiler.Mark)
}

// WatchConfig wires a Watch. ID, Epoch and Archive are required.
type WatchConfig struct {
	ID      string // of the target, such as "checker"
	Epoch   string // of this observer run
	Archive *archive.Archive
	Sink    Sink                    // may be nil
	Augment func(*profiler.Reading) // adds what others know of the same instant; may be nil
	Verdict func(verdict.Verdict)   // told when the verdict changes; may be nil
	Log     *slog.Logger            // may be nil
}

// A Watch is all that is known of one target across the lives of its process:
// the series, the marks, the snapshots. It is safe for concurrent use.
type Watch struct {
	cfg    WatchConfig
	series *profiler.Series
	judge  *judge

	capture sync.Mutex // one profile at a time; held while the target works on it

	// order has readings come one after the other to Augment, the series and
	// the Sink alike. It is taken before mu.
	order    sync.Mutex
	recorded time.Time // of the last reading
	last     profiler.Reading

	mu         sync.Mutex
	target     *Target // of the present life; nil between lives
	generation uint32
	process    profiler.Process
	strategy   string
}

// NewWatch returns a watch of a target that is not running yet.
func NewWatch(cfg WatchConfig) *Watch {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Watch{cfg: cfg, series: profiler.NewSeries(), judge: newJudge(cfg.Verdict, cfg.Log)}
}

// ID names the target.
func (w *Watch) ID() string { return w.cfg.ID }

// Series is what has been read so far. Only the watch writes it.
func (w *Watch) Series() *profiler.Series { return w.series }

// Begin starts a life: t is where its process answers.
func (w *Watch) Begin(t *Target, generation uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.target, w.generation = t, generation
}

// End says that the process is gone.
func (w *Watch) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.target != nil {
		w.target.Close()
	}
	w.target = nil
}

// Running says that a strategy now decides; empty between lives.
func (w *Watch) Running(strategy string) {
	w.order.Lock()
	defer w.order.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.strategy = strategy
	now := time.Now()
	w.series.Begin(now, strategy, w.generation)
	w.judge.begin(now)
}

// Target returns where the present process answers, or ErrNotRunning.
func (w *Watch) Target() (*Target, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.target == nil {
		return nil, ErrNotRunning
	}
	return w.target, nil
}

// Process returns what the present process said of itself.
func (w *Watch) Process() profiler.Process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.process
}

// Hello takes in who the process is.
func (w *Watch) Hello(p profiler.Process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.process = p
}

// Reading takes in one reading and passes on what is to be drawn.
func (w *Watch) Reading(r profiler.Reading) {
	w.order.Lock()
	defer w.order.Unlock()
	w.record(r)
}

// Idle records an instant at which the process said nothing, if there has been
// no reading for quiet: what others know of it goes on, the rest is unknown.
func (w *Watch) Idle(now time.Time, quiet time.Duration) {
	w.order.Lock()
	defer w.order.Unlock()
	if now.Sub(w.recorded) < quiet {
		return
	}
	w.mu.Lock()
	generation := w.generation
	w.mu.Unlock()
	w.record(profiler.NewReading(now, generation))
}

// record appends a reading. w.order must be held.
func (w *Watch) record(r profiler.Reading) {
	if w.cfg.Augment != nil {
		w.cfg.Augment(&r)
	}
	if r.At.Before(w.recorded) {
		r.At = w.recorded // the series is in order
	}
	w.recorded, w.last = r.At, r
	p := w.series.Append(r)
	w.judge.reading(&r)
	if w.cfg.Sink != nil {
		w.cfg.Sink.Reading(p)
	}
}

// Mark records that something happened now.
func (w *Watch) Mark(m profiler.Mark) profiler.Mark {
	w.mu.Lock()
	m.At = time.Now()
	if m.Generation == 0 {
		m.Generation = w.generation
	}
	m = w.series.Mark(m)
	w.mu.Unlock()
	if w.cfg.Sink != nil {
		w.cfg.Sink.Mark(m)
	}
	return m
}

// A Request says what snapshot is wanted and why.
type Request struct {
	Kind   string // default heap
	Label  string
	Reason profiler.Reason
	By     string
}

// Snapshot takes a profile after a forced collection, keeps it and marks both.
// Only one is taken at a time; a second caller waits.
func (w *Watch) Snapshot(ctx context.Context, req Request) (profiler.Snapshot, error) {
	w.capture.Lock()
	defer w.capture.Unlock()
	w.mu.Lock()
	t, generation, strategy := w.target, w.generation, w.strategy
	w.mu.Unlock()
	if t == nil {
		return profiler.Snapshot{}, ErrNotRunning
	}
	if req.Kind == "" {
		req.Kind = "heap"
	}
	c, err := t.Capture(ctx, req.Kind, true)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	s := c.Snapshot
	s.Target, s.Epoch, s.Generation, s.Strategy = w.cfg.ID, w.cfg.Epoch, generation, strategy
	s.Label, s.Reason = req.Label, req.Reason
	s, err = w.cfg.Archive.Save(s, c.Profile)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	if s.Kind == "heap" && s.Reason != profiler.ReasonBeforeSwitch {
		w.weigh(s, c.Profile)
	}
	w.Mark(profiler.Mark{
		Kind: profiler.MarkSnapshot, Snapshot: s.ID, Reason: s.Reason, By: req.By, Generation: generation,
		Text: fmt.Sprintf("snapshot %s, %s, after a forced GC, in %.0f ms", s.ID, reasonWords[s.Reason], s.CaptureMS),
	})
	return s, nil
}

// weigh has the judge look at a snapshot, with what was read last.
func (w *Watch) weigh(s profiler.Snapshot, body []byte) {
	w.order.Lock()
	defer w.order.Unlock()
	if w.last.Generation != s.Generation || w.last.At.Before(w.judge.from) {
		w.judge.pending = body // the first reading of this life or strategy takes it along
		return
	}
	l := lookOf(&w.last)
	l.At = s.Time
	if s.FloorBytes != nil {
		l.Floor = float64(*s.FloorBytes)
	}
	w.judge.offer(sight{look: l, profile: body})
}

// reasonWords say why a snapshot was taken, as a clause.
var reasonWords = map[profiler.Reason]string{
	profiler.ReasonReady:        "when the process became ready",
	profiler.ReasonManual:       "by hand",
	profiler.ReasonInterval:     "every 30 s",
	profiler.ReasonBeforeSwitch: "before the switch",
	profiler.ReasonAfterSwitch:  "after the switch",
}

// GC forces a collection and marks it.
func (w *Watch) GC(ctx context.Context, by string) error {
	t, err := w.Target()
	if err != nil {
		return err
	}
	took, err := t.GC(ctx)
	if err != nil {
		return err
	}
	w.Mark(profiler.Mark{Kind: profiler.MarkGC, By: by, Text: fmt.Sprintf("GC forced, it took %.1f ms", float64(took.Microseconds())/1e3)})
	return nil
}
