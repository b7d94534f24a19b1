package target

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

const (
	lookEvery  = 2 * time.Second  // on average
	settleFor  = 3 * time.Second  // after a switch or start; what is set up then is no trend
	retellFrom = 10 * time.Second // between verdicts that differ in figures alone
)

// A judge keeps a verdict current. What is seen comes to it over a channel, so
// that weighing it never holds up the readings.
type judge struct {
	seen chan sight
	told func(verdict.Verdict) // may be nil
	log  *slog.Logger
	user *regexp.Regexp // what is the user's, nil for the rule

	wonder chan int // the window of a leak whose holder nobody knows

	mu      sync.Mutex
	latest  verdict.Verdict
	judged  int               // window of latest
	keepers map[string]keeper // of that window, by suspectKey
	turns   []Turn            // oldest first
	turnIn  int               // window of the last of them

	// Owned by whoever takes in readings.
	byReadings bool      // a reading is a look; else looks are taken
	from, next time.Time // when the present window begins; when the next look is due
	rhythm     verdict.Rhythm
	window     int    // counts windows
	pending    []byte // a heap profile that waits for the first reading of the window
}

// A sight is a look, or the beginning of a new window.
type sight struct {
	look    verdict.Look
	profile []byte // heap profile to decode, may be nil
	window  int    // it belongs to; another than before starts anew
	begin   bool   // nothing was seen yet
}

func newJudge(cfg WatchConfig) *judge {
	j := &judge{seen: make(chan sight, 16), wonder: make(chan int, 1), told: cfg.Verdict, log: cfg.Log, user: cfg.UserCode}
	j.latest = (&verdict.History{}).Judge()
	return j
}

// begin starts a window at now.
func (j *judge) begin(now time.Time, byReadings bool) {
	j.window++
	j.byReadings = byReadings
	j.from, j.next, j.pending = now, now.Add(settleFor), nil
	j.offer(sight{begin: true})
}

// offer drops what a judge who is behind has no time for; a later look tells
// as much.
func (j *judge) offer(s sight) {
	s.window = j.window
	select {
	case j.seen <- s:
	default:
	}
}

// reading takes a look every now and then.
func (j *judge) reading(r *profiler.Reading) {
	if !j.byReadings || r.At.Before(j.next) && j.pending == nil || !profiler.Known(r.Get(profiler.HeapLive)) {
		return
	}
	if !r.At.Before(j.next) {
		j.next = r.At.Add(j.rhythm.Next(lookEvery))
	}
	j.offer(sight{look: lookOf(r), profile: j.pending})
	j.pending = nil
}

func lookOf(r *profiler.Reading) verdict.Look {
	outside := profiler.Unknown
	if rss, runtime := r.Get(profiler.RSS), r.Get(profiler.RuntimeTotal); profiler.Known(rss) && profiler.Known(runtime) {
		outside = max(0, rss-runtime)
	}
	return verdict.Look{
		At: r.At, Floor: r.Get(profiler.HeapLive), FloorExact: true, GCCycles: r.Get(profiler.GCCycles),
		AllocBytes: r.Get(profiler.AllocBytes), Requests: r.Get(profiler.Requests), InFlight: r.Get(profiler.InFlight),
		OutsideGo: outside, Running: r.Get(profiler.Goroutines),
	}
}

// run judges until ctx ends.
func (j *judge) run(ctx context.Context) error {
	history := &verdict.History{UserCode: j.user}
	var lastTold time.Time
	window := 0
	for {
		var s sight
		select {
		case <-ctx.Done():
			return nil
		case s = <-j.seen:
		}
		if s.window != window {
			window, history, lastTold = s.window, &verdict.History{UserCode: j.user}, time.Time{}
		}
		if !s.begin {
			if err := see(history, s); err != nil {
				j.log.Warn("a look was left out", "error", err)
				continue
			}
		}
		v, news := j.keep(history.Judge(), window)
		if news || time.Since(lastTold) >= retellFrom {
			lastTold = time.Now()
			if j.told != nil {
				j.told(v)
			}
		}
	}
}

func see(h *verdict.History, s sight) error {
	if s.profile != nil {
		p, err := diff.Decode(bytes.NewReader(s.profile), diff.Limits{})
		if err != nil {
			return fmt.Errorf("judging a snapshot: %w", err)
		}
		s.look.Heap = p
	}
	return h.Add(s.look)
}

// keep makes v the latest verdict, with what is known of who holds what, and
// reports whether it says something else than the one before, other than by
// its figures.
func (j *judge) keep(v verdict.Verdict, window int) (_ verdict.Verdict, news bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if window != j.judged {
		j.judged, j.keepers = window, nil
	} else {
		v = settled(v, j.latest)
	}
	v = named(v, j.keepers)
	j.wonders(v, window)
	was := j.latest
	j.latest = v
	j.turnLocked(v)
	return v, was.Word != v.Word || firstSuspect(was) != firstSuspect(v)
}

// settled keeps a line that was found to leak while memory goes on growing and
// the newest profiles merely do not single it out: of a starved machine they
// show too little. Any other word, and a floor that may stand still, is news.
func settled(v, was verdict.Verdict) verdict.Verdict {
	if was.Word != verdict.Leak || v.Word != verdict.Growing || len(v.Suspects) > 0 || v.Growth == nil || v.Growth.Low <= 0 {
		return v
	}
	v.Word, v.Confidence, v.Summary, v.Suspects = was.Word, was.Confidence, was.Summary, was.Suspects
	v.Warnings = append(v.Warnings, "The newest profiles do not single the line out; it is named from before.")
	return v
}

func firstSuspect(v verdict.Verdict) string {
	if len(v.Suspects) == 0 {
		return ""
	}
	return v.Suspects[0].Function
}

// Judge keeps the verdict current until ctx ends.
func (w *Watch) Judge(ctx context.Context) error { return w.judge.run(ctx) }

// Verdict returns the present one: of what has run since the last switch or
// start.
func (w *Watch) Verdict() verdict.Verdict {
	w.judge.mu.Lock()
	defer w.judge.mu.Unlock()
	return w.judge.latest
}
