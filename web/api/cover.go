package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
)

// errCovered refuses what would name the patient of a blind lesson.
var errCovered = errors.New("covered: a blind lesson hides names, profiles and the verdict until the instructor uncovers them")

// What a covered lab's pages and routes may tell goes through the methods of
// this file; a test looks that nothing in web reaches around them.

// Verdict is the verdict on the target, as far as it may be told.
func (t *Target) Verdict() verdict.Verdict { return t.told(t.Watch.Verdict()) }

func (t *Target) told(v verdict.Verdict) verdict.Verdict {
	if !t.covered() {
		return v
	}
	return verdict.Verdict{
		Word: verdict.Insufficient, Summary: "The names and the verdict are covered: say what it is from the charts.",
		Suspects: []verdict.Suspect{}, Evidence: []string{}, Warnings: []string{},
	}
}

// LabState is the state of the target's lab, which it has to have, as far as it
// may be told.
func (t *Target) LabState() lab.State { return t.Lab.State().Told() }

// Spans are those since an instant, as far as they may be told.
func (t *Target) Spans(since time.Time) []profiler.Span {
	spans := t.Watch.Series().Spans(since)
	if t.covered() {
		from := t.Lab.State().CoveredSince
		for i := range spans {
			if spans[i].To.IsZero() || spans[i].To.After(from) {
				spans[i].Strategy = lab.Covered
			}
		}
	}
	return spans
}

// Turns are when the verdict became which, as far as it may be told.
func (t *Target) Turns() []target.Turn {
	if t.covered() {
		return nil
	}
	return t.Watch.Turns()
}

// Scores are what each strategy of the target's lab has cost since an instant.
func (t *Target) Scores() ([]lab.Score, time.Time) {
	scores, since := t.Lab.Scores()
	if t.covered() {
		scores = nil
	}
	return scores, since
}

// Seen is the target's lab as the page of a lesson may show it.
func (t *Target) Seen() lesson.Seen {
	seen := lesson.Look(t.Lab)
	if t.covered() { // asked last: what was seen before a cover may be told
		seen = lesson.Seen{State: seen.State.Told(), Figures: seen.Figures, Verdict: t.told(seen.Verdict)}
	}
	return seen
}

// hold holds a step against the target's lab. What is covered is judged by
// blind lessons alone, whose sentences name it to nobody before a prediction.
func (t *Target) hold(l lesson.Lesson, s lesson.Step) (lesson.Outcome, lesson.Seen) {
	seen := lesson.Look(t.Lab)
	if t.covered() && !l.Blind {
		return lesson.Outcome{Says: "What runs is covered: finish \"Is it a leak?\", or ask the instructor to uncover it."}, lesson.Seen{}
	}
	return s.Hold(&seen), seen
}

func (t *Target) covered() bool {
	if t.Lab == nil {
		return false
	}
	s := t.Lab.State()
	return s.Covered()
}

// Uncovered is nil unless what runs is covered.
func (t *Target) Uncovered() error {
	if t.covered() {
		return errCovered
	}
	return nil
}

// hidden reports whether a snapshot was taken under a cover that still lies.
func (a *API) hidden(s profiler.Snapshot) bool {
	t, err := a.Find(s.Target)
	return err == nil && s.Target == t.ID && t.covered() && s.Time.After(t.Lab.State().CoveredSince)
}

// toldSnapshot is what may be told of a snapshot.
func (a *API) toldSnapshot(s profiler.Snapshot) profiler.Snapshot {
	if a.hidden(s) {
		s.Strategy = lab.Covered
	}
	return s
}

// listed is what may be told of the snapshot of an id.
func (a *API) listed(id string) (profiler.Snapshot, error) {
	s, err := a.Archive.Get(id)
	return a.toldSnapshot(s), err
}

// Snapshot is what is known of a snapshot whose profile may be seen.
func (a *API) Snapshot(id string) (profiler.Snapshot, error) {
	s, err := a.Archive.Get(id)
	if err == nil && a.hidden(s) {
		err = errCovered
	}
	return s, err
}

// HeapGraph is the same for a heap graph.
func (a *API) HeapGraph(id string) (profiler.Snapshot, error) {
	s, err := a.Graphs.Get(id)
	if err == nil && a.hidden(s) {
		err = errCovered
	}
	return s, err
}

// putCover hides names, profiles and the verdict of what the lab runs, or
// shows them again.
func (a *API) putCover(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Covered *bool `json:"covered"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if want.Covered == nil {
		return refuse("field \"covered\" is missing: want true or false")
	}
	t.cover(*want.Covered)
	return a.state(t, w, r)
}

func (t *Target) cover(on bool) {
	if on == t.covered() {
		return
	}
	t.Lab.Cover(on)
	t.PublishVerdict(t.Watch.Verdict())
}
