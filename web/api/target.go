package api

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/web/live"
)

// A Target is one watched process: what is known of it, who follows it, and
// what can be done to it.
type Target struct {
	ID    string
	Watch *target.Watch
	Hub   *live.Hub
	Life  func() target.Life
	Lab   *lab.Lab   // that runs it; nil where there is only something to watch
	Room  *room.Room // of the class; nil without a lab
	Where string     // URL without user and password; for the lab's, which moves, empty

	Withheld bool // there is a secret for services, and this one is not told it

	Cost func() target.Cost // of being looked at; nil for the lab's

	labels atomic.Pointer[map[string]string]
	gone   atomic.Int64 // when no source listed it any more, Unix ms; 0 while one does

	changed chan struct{} // how it lives has changed
}

// LabTarget is the patient of a lab.
func LabTarget(l *lab.Lab, hub *live.Hub) *Target {
	return &Target{
		ID: l.Watch().ID(), Watch: l.Watch(), Hub: hub, Life: l.Life, Lab: l, Room: room.New(room.Config{}),
		changed: make(chan struct{}, 1),
	}
}

// AttachedTarget is somebody's service at where.
func AttachedTarget(a *target.Attachment, w *target.Watch, where string, hub *live.Hub) *Target {
	return &Target{ID: w.ID(), Watch: w, Hub: hub, Life: a.Life, Cost: a.Cost, Where: where, changed: make(chan struct{}, 1)}
}

// SetLabels says what is known of the process beside what it tells itself.
func (t *Target) SetLabels(labels map[string]string) { t.labels.Store(&labels) }

// SetGone says since when nobody lists the process any more; a zero time that
// somebody does.
func (t *Target) SetGone(since time.Time) {
	if since.IsZero() {
		t.gone.Store(0)
		return
	}
	t.gone.Store(since.UnixMilli())
}

// Gone is what SetGone was given, and whether nobody lists the process.
func (t *Target) Gone() (since time.Time, gone bool) {
	ms := t.gone.Load()
	return time.UnixMilli(ms), ms != 0
}

// Left reports whether nobody lists the process any more and it does not
// answer: it was taken away, and is nobody's trouble while it is not back.
func (t *Target) Left() bool {
	life := t.Life()
	_, gone := t.Gone()
	return gone && !life.Up()
}

// Labels are what SetLabels was given, not to be changed.
func (t *Target) Labels() map[string]string {
	if l := t.labels.Load(); l != nil {
		return *l
	}
	return nil
}

// URL is where the present process is, empty between the lives of a lab's.
func (t *Target) URL() string {
	if p, err := t.Watch.Patient(); t.Where == "" && err == nil {
		return p.URL()
	}
	return t.Where
}

// Figures returns the newest figures and when they were read, a zero time when
// nothing has been.
func (t *Target) Figures() (profiler.Figures, time.Time) {
	r, f, ok := t.Watch.Series().Latest()
	if !ok {
		for i := range f {
			f[i] = profiler.Unknown
		}
	}
	return f, r.At
}

// ready reports whether the process answers and has given figures of its own,
// not the load alone.
func (t *Target) ready() (up, read bool) {
	life := t.Life()
	figures, _ := t.Figures()
	return life.Up(), profiler.Known(figures[profiler.FigInUse])
}

// StateChanged has the stream told of the target's state, soon. It never
// blocks.
func (t *Target) StateChanged() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// PublishStates sends a target's state when it has changed, and when the
// number of viewers has, at most ten times a second, until ctx ends.
func (a *API) PublishStates(ctx context.Context, t *Target) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	viewers := 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.changed:
		case <-tick.C:
			now := t.Hub.Usage().Viewers
			if now == viewers {
				continue
			}
			viewers = now
		}
		t.Hub.State(a.StateFrame(t))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// StreamUsage is what the hubs of all targets hold together.
func (a *API) StreamUsage() (sum live.Usage) {
	for _, t := range a.Targets.All() {
		sum = sum.Plus(t.Hub.Usage())
	}
	return sum
}

// HistoryMaxBytes bounds the history of all targets together.
func (a *API) HistoryMaxBytes() (sum int64) {
	for _, t := range a.Targets.All() {
		sum += t.Watch.Series().MaxBytes()
	}
	return sum
}

// A targetHandler answers for one target.
type targetHandler func(t *Target, w http.ResponseWriter, r *http.Request) error

// of finds the target before anything is done.
func (a *API) of(h targetHandler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := a.Find(r.URL.Query().Get("target"))
		if err != nil {
			return err
		}
		return h(t, w, r)
	}
}

// ofLab is for what only a lab can do to its patient.
func (a *API) ofLab(h targetHandler) Handler {
	return a.of(func(t *Target, w http.ResponseWriter, r *http.Request) error {
		if t.Lab == nil {
			return Refuse(http.StatusConflict, "%s is watched and not run by leakline: it cannot be controlled from here", t.ID)
		}
		return h(t, w, r)
	})
}

// ofAny is for what is the same for every target, and there without one; the
// one named has to exist.
func (a *API) ofAny(h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if id := r.URL.Query().Get("target"); id != "" {
			if _, err := a.Find(id); err != nil {
				return err
			}
		}
		return h(w, r)
	}
}
