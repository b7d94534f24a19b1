package lab

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
)

// thresholds are the shares of the limit at which a life is photographed, in
// order.
var thresholds = [...]struct {
	share  float64
	reason profiler.Reason
}{
	{0.50, profiler.ReasonLimit50}, {0.80, profiler.ReasonLimit80}, {0.95, profiler.ReasonLimit95},
}

// A blackBox notices when a life comes near its limit. It goes by the larger of
// what is resident and the heap goal, which is known a cycle ahead.
type blackBox struct {
	mu     sync.Mutex
	limit  float64 // bytes, 0 for none
	passed int     // thresholds crossed in this life
	saved  [len(thresholds)]bool
}

func (b *blackBox) begin(limit int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit, b.passed, b.saved = float64(limit), 0, [len(thresholds)]bool{}
}

// reading returns the reason for a snapshot now, empty for none. Of several
// thresholds crossed at once the highest counts: two pictures of one moment
// would tell nothing.
func (b *blackBox) reading(r *profiler.Reading) profiler.Reason {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit == 0 {
		return ""
	}
	size := 0.0
	for _, m := range []profiler.Metric{profiler.RSS, profiler.HeapGoal} {
		if v := r.Get(m); profiler.Known(v) {
			size = max(size, v)
		}
	}
	before := b.passed
	for b.passed < len(thresholds) && size >= thresholds[b.passed].share*b.limit {
		b.passed++
	}
	if b.passed == before {
		return ""
	}
	return thresholds[b.passed-1].reason
}

// took notes that a picture is safe.
func (b *blackBox) took(reason profiler.Reason) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, t := range thresholds {
		b.saved[i] = b.saved[i] || t.reason == reason
	}
}

// missed lists the thresholds of a life that died of which there is no picture.
func (b *blackBox) missed() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for i, t := range thresholds {
		if !b.saved[i] {
			all = append(all, fmt.Sprintf("%.0f\u00a0%%", 100*t.share))
		}
	}
	return all
}

// A Death is the end of a life for want of memory, and where to look for why.
type Death struct {
	At     time.Time
	Why    string
	Base   string   // id of the life's first heap snapshot, empty when there is none
	Head   string   // id of its last, empty when there is no second
	Missed []string // shares of the limit of which there is no picture

	Verdict verdict.Verdict // of that life
}

// autopsy finds the pictures of the life that has just ended.
func (l *Lab) autopsy(end ending) *Death {
	d := &Death{At: time.Now(), Why: end.why}
	if end.atLimit { // else it never came so far
		d.Missed = l.box.missed()
	}
	life := profiler.Snapshot{Target: TargetID, Epoch: l.cfg.Epoch, Generation: l.State().Generation}
	if end.verdict != nil && end.verdict.Word.Fault() {
		d.Verdict = *end.verdict
	} else { // it may have died before anybody could judge it
		d.Verdict = l.watch.PostMortem(life.Generation)
	}
	for _, s := range l.cfg.Archive.List() {
		if s.Kind != "heap" || !s.SameLife(&life) {
			continue
		}
		if d.Base == "" {
			d.Base = s.ID
		} else {
			d.Head = s.ID
		}
	}
	l.death.closeOn(l.cfg.Archive, d.Base, d.Head)
	if len(d.Missed) > 0 {
		l.mark(profiler.Mark{
			Kind: profiler.MarkNote, By: "lab", Text: "no picture at " + strings.Join(d.Missed, " and ") + " of the limit: memory was there sooner",
		})
	}
	return d
}

// watchTheLimit asks for the pictures of a life that comes near its limit. It is
// called with every reading.
func (l *Lab) watchTheLimit(r *profiler.Reading) {
	if reason := l.box.reading(r); reason != "" {
		l.takeSoon(target.Request{Reason: reason, By: "lab"})
		l.takeSoon(target.Request{Reason: reason, By: "lab", Kind: "goroutine"})
	}
}
