package lab_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
)

func TestASwitchIsMarkedAndPictured(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	for i, step := range []struct{ from, to string }{
		{"set-per-request", "list-scan"}, {"list-scan", "redis-sismember"},
	} {
		done, err := s.Use(t.Context(), step.to, "instructor")
		if want := (lab.Switched{Name: step.to, Generation: uint64(i + 2)}); err != nil || done != want {
			t.Errorf("Use(%s) = %+v, %v, want %+v", step.to, done, err, want)
		}
		switched := time.Now()
		heap := func(strategy string, after bool) func(profiler.Snapshot) bool {
			return func(p profiler.Snapshot) bool {
				return p.Kind == "heap" && p.Strategy == strategy && p.Time.After(switched) == after
			}
		}
		if !s.holds(heap(step.from, false)) {
			t.Errorf("there is no picture of %s before it went", step.from)
		}
		s.eventually(t, "a picture of "+step.to, func() bool {
			return s.holds(func(p profiler.Snapshot) bool {
				return heap(step.to, true)(p) && p.Reason == profiler.ReasonAfterSwitch
			})
		})
	}
	want := "switch set-per-request list-scan, switch list-scan redis-sismember"
	if got := s.marks(profiler.MarkSwitch); got != want {
		t.Errorf("marks: %s, want %s", got, want)
	}
	if got := s.decidedBy(t); got != "redis-sismember" || s.State().Strategy != got {
		t.Errorf("%s decides and %s is shown, want redis-sismember", got, s.State().Strategy)
	}
	if c := s.State().Counts; c.Errors != 0 || c.Wrong != 0 || c.Answered == 0 {
		t.Errorf("%+v, want every payment decided and rightly", c)
	}
}

func TestASwitchThatIsNone(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	if _, err := s.Use(t.Context(), "set-per-week", "instructor"); !errors.Is(err, lab.ErrUnknownStrategy) ||
		!strings.Contains(err.Error(), "set-per-week") {
		t.Errorf("Use of a strategy that does not exist: %v", err)
	}
	if done, err := s.Use(t.Context(), "set-per-request", "instructor"); err != nil || done.Generation != 1 {
		t.Errorf("Use of what runs = %+v, %v, want the generation it has", done, err)
	}
	if got := s.marks(profiler.MarkSwitch); got != "" {
		t.Errorf("marks: %s, want none", got)
	}
}

func ptr[T any](v T) *T { return &v }

func TestALoadChangeMergesIntoWhatStands(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	tests := []struct {
		name   string
		change lab.LoadChange
		want   lab.LoadSettings
		text   string // of the mark
	}{
		{"the rate", lab.LoadChange{RPS: ptr(80.0)}, lab.LoadSettings{RPS: 80, RiskyShare: 0.5, RiskyUsers: 100}, "50 → 80"},
		{"the share", lab.LoadChange{RiskyShare: ptr(0.25)}, lab.LoadSettings{RPS: 80, RiskyShare: 0.25, RiskyUsers: 100}, "50 → 25 %"},
		{"the list", lab.LoadChange{RiskyUsers: ptr(120)}, lab.LoadSettings{RPS: 80, RiskyShare: 0.25, RiskyUsers: 120}, "100 → 120"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.SetLoad(t.Context(), tt.change, "instructor")
			if err != nil || got != tt.want || s.State().Load != tt.want {
				t.Errorf("SetLoad = %+v, %v, and %+v stands, want %+v", got, err, s.State().Load, tt.want)
			}
			marks := s.Watch().Series().Marks(time.Time{})
			if m := marks[len(marks)-1]; m.Kind != profiler.MarkLoad || !strings.Contains(m.Text, tt.text) {
				t.Errorf("the last mark is %+v, want a load mark with %q", m, tt.text)
			}
		})
	}
	before, marks := s.State().Load, s.marks(profiler.MarkLoad)
	for _, change := range []lab.LoadChange{{RPS: ptr(-1.0)}, {RiskyShare: ptr(2.0)}, {RiskyUsers: ptr(2000)}} {
		if _, err := s.SetLoad(t.Context(), change, "instructor"); !errors.Is(err, lab.ErrInvalid) || !strings.Contains(err.Error(), "want ") {
			t.Errorf("SetLoad out of range: %v, want ErrInvalid with the range", err)
		}
	}
	if _, err := s.SetLoad(t.Context(), lab.LoadChange{RPS: &before.RPS}, "instructor"); err != nil {
		t.Errorf("SetLoad to what stands: %v", err)
	}
	if s.State().Load != before || s.marks(profiler.MarkLoad) != marks {
		t.Errorf("%+v stands with %s, want %+v with %s", s.State().Load, s.marks(profiler.MarkLoad), before, marks)
	}
}

func TestTheListChangesWithoutAWrongDecision(t *testing.T) {
	cfg := config(t)
	cfg.RPS = 200
	s := run(t, cfg)
	s.watched(t, 1)
	for _, n := range []int{300, 20, 150} {
		if _, err := s.SetLoad(t.Context(), lab.LoadChange{RiskyUsers: &n}, "instructor"); err != nil {
			t.Fatal(err)
		}
		answered := s.State().Counts.Answered
		s.eventually(t, "more answers", func() bool { return s.State().Counts.Answered >= answered+100 })
	}
	if c := s.State().Counts; c.Wrong != 0 {
		t.Errorf("%+v, want no wrong decision", c)
	}
}

// A list that the checker could not be told of must not stay: the load would
// call its right decisions wrong.
func TestAListThatCannotBePublishedIsTakenBack(t *testing.T) {
	somebodys := miniredis.RunT(t)
	cfg := config(t)
	cfg.Redis = "redis://" + somebodys.Addr()
	s := run(t, cfg)
	s.watched(t, 1)
	somebodys.Close()
	got, err := s.SetLoad(t.Context(), lab.LoadChange{RiskyUsers: ptr(300)}, "instructor")
	if err == nil || got.RiskyUsers != 100 || s.State().Load.RiskyUsers != 100 {
		t.Errorf("SetLoad = %+v, %v, want an error and 100 risky users", got, err)
	}
	store, err := riskyusers.Open(filepath.Join(cfg.DataDir, "riskyusers.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if ids, err := store.ActiveIDs(t.Context()); err != nil || len(ids) != 100 {
		t.Errorf("the table holds %d risky users, %v, want 100 again", len(ids), err)
	}
}

func TestSomebodysListIsLeftAlone(t *testing.T) {
	cfg := config(t)
	cfg.Database = filepath.Join(t.TempDir(), "theirs.db")
	store, err := riskyusers.Open(cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Seed(t.Context(), riskyusers.Population{Users: 2000, Risky: 7}); err != nil {
		t.Fatal(err)
	}
	s := run(t, cfg)
	s.watched(t, 1)
	if _, err := s.SetLoad(t.Context(), lab.LoadChange{RiskyUsers: ptr(300)}, "instructor"); !errors.Is(err, lab.ErrForeign) {
		t.Errorf("SetLoad: %v, want ErrForeign", err)
	}
	if ids, err := store.ActiveIDs(t.Context()); err != nil || len(ids) != 7 {
		t.Errorf("the table holds %d risky users, %v, want their 7", len(ids), err)
	}
	s.eventually(t, "answers", func() bool { return s.State().Counts.Answered > 10 })
	r, _, _ := s.Watch().Series().Latest()
	if v := r.Get(profiler.LoadWrong); profiler.Known(v) || s.State().Counts.Wrong != 0 {
		t.Errorf("%v decisions are called wrong, of a list that we do not know", v)
	}
}

func TestASnapshotAndACollectionByHand(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	p, err := s.Watch().Snapshot(t.Context(), target.Request{Label: "mine", Reason: profiler.ReasonManual, By: "instructor"})
	if err != nil || p.Label != "mine" || p.Reason != profiler.ReasonManual || p.Generation != 1 || p.Target != lab.TargetID {
		t.Errorf("Snapshot = %+v, %v", p, err)
	}
	if p.MemProfileRate != 64<<10 {
		t.Errorf("the checker samples every %d bytes, want 65536", p.MemProfileRate)
	}
	if err := s.Watch().GC(t.Context(), "instructor"); err != nil {
		t.Error(err)
	}
	if got := s.marks(profiler.MarkGC); got != "gc" {
		t.Errorf("marks: %s, want one gc", got)
	}
}
