package target

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/heapgraph"
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

// A Patient is a process that can be asked for its profiles.
type Patient interface {
	URL() string // without user and password
	Way() Way
	Capture(ctx context.Context, kind string, gc bool) (*Capture, error)
	GC(ctx context.Context) (time.Duration, error)
	Close()
}

// WatchConfig wires a Watch. ID, Epoch and Archive are required.
type WatchConfig struct {
	ID      string // of the target, such as "checker"
	Epoch   string // of this observer run
	Archive *archive.Archive
	Graphs  *archive.Archive        // of heap graphs; nil where none can be asked for
	Sink    Sink                    // may be nil
	Augment func(*profiler.Reading) // adds what others know of the same instant; may be nil
	Verdict func(verdict.Verdict)   // told when the verdict changes; may be nil

	// OnGraph is handed each heap graph that FindHolders has taken; may be nil.
	OnGraph func(profiler.Snapshot, *heapgraph.Analysis)

	UserCode *regexp.Regexp // overrides the rule of what is the user's; may be nil
	Log      *slog.Logger   // may be nil
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

	sizes lastSizes

	mu         sync.Mutex
	patient    Patient // of the present life; nil between lives
	exact      bool    // it states its floor itself
	generation uint32
	process    profiler.Process
	strategy   string
}

// NewWatch returns a watch of a target that is not running yet.
func NewWatch(cfg WatchConfig) *Watch {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Watch{cfg: cfg, series: profiler.NewSeries(), judge: newJudge(cfg)}
}

// ID names the target.
func (w *Watch) ID() string { return w.cfg.ID }

// Series is what has been read so far. Only the watch writes it.
func (w *Watch) Series() *profiler.Series { return w.series }

// Begin starts a life of p, whose readings state the floor exactly or not.
func (w *Watch) Begin(p Patient, generation uint32, exact bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.patient, w.generation, w.exact = p, generation, exact
}

// FloorExact reports whether the floor in the readings is the runtime's own
// figure, and no estimate of ours.
func (w *Watch) FloorExact() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.exact
}

// End says that the process is gone.
func (w *Watch) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.patient != nil {
		w.patient.Close()
	}
	w.patient = nil
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
	w.judge.begin(now, w.exact)
}

// Patient returns the present process, or ErrNotRunning.
func (w *Watch) Patient() (Patient, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.patient == nil {
		return nil, ErrNotRunning
	}
	return w.patient, nil
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
	p, generation, strategy := w.patient, w.generation, w.strategy
	w.mu.Unlock()
	if p == nil {
		return profiler.Snapshot{}, ErrNotRunning
	}
	if req.Kind == "" {
		req.Kind = "heap"
	}
	c, err := p.Capture(ctx, req.Kind, true)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	c.Generation, c.Strategy = generation, strategy
	s, err := w.keep(c, req, ", after a forced GC")
	if err != nil {
		return profiler.Snapshot{}, err
	}
	if s.Kind == "heap" && s.Reason != profiler.ReasonBeforeSwitch {
		w.weigh(s, c.Profile)
	}
	return s, nil
}

// keep saves a capture and marks it.
func (w *Watch) keep(c *Capture, req Request, how string) (profiler.Snapshot, error) {
	s := c.Snapshot
	s.Target, s.Epoch, s.Label, s.Reason = w.cfg.ID, w.cfg.Epoch, req.Label, req.Reason
	s, err := w.cfg.Archive.Save(s, c.Profile)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	w.Mark(profiler.Mark{
		Kind: profiler.MarkSnapshot, Snapshot: s.ID, Profile: s.Kind, Reason: s.Reason, By: req.By, Generation: s.Generation,
		Text: fmt.Sprintf("snapshot %s, %s%s, in %.0f ms", s.ID, reasonWords[s.Reason], how, s.CaptureMS),
	})
	return s, nil
}

// weigh has the judge look at a snapshot, with what was read last.
func (w *Watch) weigh(s profiler.Snapshot, body []byte) {
	w.order.Lock()
	defer w.order.Unlock()
	if !w.judge.byReadings {
		return // it is judged by looks of its own
	}
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
	profiler.ReasonLimit50:      "at 50\u00a0% of the limit",
	profiler.ReasonLimit80:      "at 80\u00a0% of the limit",
	profiler.ReasonLimit95:      "at 95\u00a0% of the limit",
}

// GC forces a collection and marks it.
func (w *Watch) GC(ctx context.Context, by string) error {
	p, err := w.Patient()
	if err != nil {
		return err
	}
	took, err := p.GC(ctx)
	if err != nil {
		return err
	}
	w.Mark(profiler.Mark{Kind: profiler.MarkGC, By: by, Text: fmt.Sprintf("GC forced, it took %.1f ms", float64(took.Microseconds())/1e3)})
	return nil
}
