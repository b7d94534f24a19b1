package target_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/target"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// told keeps what a watch passes on. Nothing in it is guarded: a watch speaks
// to its sink in one voice.
type told struct {
	points []profiler.Point
	marks  []profiler.Mark
}

func (s *told) Reading(p profiler.Point) { s.points = append(s.points, p) }
func (s *told) Mark(m profiler.Mark)     { s.marks = append(s.marks, m) }

func newWatch(t *testing.T, cfg target.WatchConfig) *target.Watch {
	t.Helper()
	kept, err := archive.Open(t.TempDir(), archive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	cfg.ID, cfg.Epoch, cfg.Archive = "checker", "e1", kept
	return target.NewWatch(cfg)
}

func reading(after time.Duration, live float64) profiler.Reading {
	r := profiler.NewReading(noon.Add(after), 1)
	r.Set(profiler.HeapLive, live)
	return r
}

func TestAReadingReachesSeriesAndSink(t *testing.T) {
	sink := &told{}
	w := newWatch(t, target.WatchConfig{
		Sink: sink, Augment: func(r *profiler.Reading) { r.Set(profiler.LoadSent, 3) },
	})
	w.Reading(reading(time.Second, 10))
	w.Reading(reading(0, 20)) // its clock ran backwards
	kept := w.Series().Readings(time.Time{})
	if len(kept) != 2 || len(sink.points) != 2 {
		t.Fatalf("%d readings are kept and %d passed on, want 2 and 2", len(kept), len(sink.points))
	}
	if kept[1].At.Before(kept[0].At) || kept[1].Get(profiler.HeapLive) != 20 {
		t.Errorf("the late reading is %v at %v, want 20 not before %v", kept[1].Get(profiler.HeapLive), kept[1].At, kept[0].At)
	}
	if kept[0].Get(profiler.LoadSent) != 3 || sink.points[1].Figures[profiler.FigFloor] != 20 {
		t.Errorf("load %v and floor %v, want what others know, 3, and 20",
			kept[0].Get(profiler.LoadSent), sink.points[1].Figures[profiler.FigFloor])
	}
}

// The stream and the clock speak at once; the race detector and the order of
// times are the judges.
func TestReadingsComeOneAfterTheOther(t *testing.T) {
	sink, augmented := &told{}, 0
	w := newWatch(t, target.WatchConfig{Sink: sink, Augment: func(*profiler.Reading) { augmented++ }})
	var both sync.WaitGroup
	both.Go(func() {
		for i := range 500 {
			w.Reading(reading(time.Duration(i)*time.Millisecond, 1))
		}
	})
	both.Go(func() {
		for i := range 500 {
			w.Idle(noon.Add(time.Duration(i)*time.Millisecond), 0)
		}
	})
	both.Wait()
	if n := len(w.Series().Readings(time.Time{})); n < 500 || n != len(sink.points) || n != augmented {
		t.Errorf("%d readings kept, %d passed on, %d augmented: want as many of each", n, len(sink.points), augmented)
	}
	for i := 1; i < len(sink.points); i++ {
		if sink.points[i].At.Before(sink.points[i-1].At) {
			t.Fatalf("point %d is older than the one before", i)
		}
	}
}

func TestIdleFillsOnlySilence(t *testing.T) {
	const quiet = 250 * time.Millisecond
	tests := []struct {
		name  string
		after time.Duration // since the last reading
		want  int           // readings then
	}{
		{"soon after a reading", quiet - time.Millisecond, 1},
		{"after a silence", quiet, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWatch(t, target.WatchConfig{Augment: func(r *profiler.Reading) { r.Set(profiler.LoadSent, 3) }})
			tgt := serve(t, http.NotFoundHandler())
			w.Begin(tgt, 4, true)
			w.Reading(reading(0, 10))
			w.Idle(noon.Add(tt.after), quiet)
			got := w.Series().Readings(time.Time{})
			if len(got) != tt.want {
				t.Fatalf("%d readings, want %d", len(got), tt.want)
			}
			if last := got[len(got)-1]; tt.want == 2 &&
				(profiler.Known(last.Get(profiler.HeapLive)) || last.Get(profiler.LoadSent) != 3 || last.Generation != 4) {
				t.Errorf("the instant has floor %v, load %v, generation %d, want unknown, 3, 4",
					last.Get(profiler.HeapLive), last.Get(profiler.LoadSent), last.Generation)
			}
		})
	}
}

func TestASnapshotIsKeptAndMarked(t *testing.T) {
	sink := &told{}
	w := newWatch(t, target.WatchConfig{Sink: sink})
	w.Begin(serve(t, agent.Handler(agent.Config{})), 3, true)
	w.Running("list-scan")
	s, err := w.Snapshot(t.Context(), target.Request{Label: "mine", Reason: profiler.ReasonManual, By: "instructor"})
	if err != nil {
		t.Fatal(err)
	}
	if s.ID == "" || s.Target != "checker" || s.Epoch != "e1" || s.Generation != 3 || s.Strategy != "list-scan" ||
		s.Kind != "heap" || s.Label != "mine" || s.Reason != profiler.ReasonManual {
		t.Errorf("snapshot %+v", s)
	}
	marks := w.Series().Marks(time.Time{})
	if len(marks) != 1 || len(sink.marks) != 1 {
		t.Fatalf("%d marks kept and %d passed on, want 1 and 1", len(marks), len(sink.marks))
	}
	if m := marks[0]; m.Kind != profiler.MarkSnapshot || m.Snapshot != s.ID || m.By != "instructor" || m.Generation != 3 ||
		m.Reason != profiler.ReasonManual || !strings.Contains(m.Text, "by hand") {
		t.Errorf("mark %+v, want one that leads to snapshot %s", m, s.ID)
	}
}

func TestWhatTheTargetSentIsWhatIsKept(t *testing.T) {
	body := []byte("as it came\x00\xff")
	kept, err := archive.Open(t.TempDir(), archive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	w := target.NewWatch(target.WatchConfig{ID: "checker", Epoch: "e1", Archive: kept})
	w.Begin(serve(t, answers(200, string(body))), 1, true)
	s, err := w.Snapshot(t.Context(), target.Request{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kept.Profile(s.ID); err != nil || !bytes.Equal(got, body) {
		t.Errorf("kept %q, %v, want %q", got, err, body)
	}
}

func TestAFailedSnapshotLeavesNoTrace(t *testing.T) {
	w := newWatch(t, target.WatchConfig{})
	w.Begin(serve(t, answers(500, "no")), 1, true)
	if s, err := w.Snapshot(t.Context(), target.Request{}); err == nil {
		t.Errorf("a snapshot was made of an error: %+v", s)
	}
	if err := w.GC(t.Context(), "instructor"); err == nil {
		t.Error("a collection was made of an error")
	}
	if marks := w.Series().Marks(time.Time{}); len(marks) != 0 {
		t.Errorf("marks %+v, want none", marks)
	}
}

func TestAForcedCollectionIsMarked(t *testing.T) {
	w := newWatch(t, target.WatchConfig{})
	w.Begin(serve(t, agent.Handler(agent.Config{})), 2, true)
	if err := w.GC(t.Context(), "instructor"); err != nil {
		t.Fatal(err)
	}
	marks := w.Series().Marks(time.Time{})
	if len(marks) != 1 || marks[0].Kind != profiler.MarkGC || marks[0].By != "instructor" || marks[0].Generation != 2 {
		t.Errorf("marks %+v, want one GC by the instructor in generation 2", marks)
	}
}

func TestBetweenLivesThereIsNobodyToAsk(t *testing.T) {
	w := newWatch(t, target.WatchConfig{})
	check := func(when string) {
		t.Helper()
		_, snapshot := w.Snapshot(t.Context(), target.Request{})
		_, tgt := w.Patient()
		for what, err := range map[string]error{"Snapshot": snapshot, "GC": w.GC(t.Context(), "lab"), "Target": tgt} {
			if !errors.Is(err, target.ErrNotRunning) {
				t.Errorf("%s, %s: %v, want ErrNotRunning", when, what, err)
			}
		}
	}
	check("before the first life")
	tgt := serve(t, agent.Handler(agent.Config{}))
	w.Begin(tgt, 1, true)
	if got, err := w.Patient(); got != tgt || err != nil {
		t.Errorf("Target = %v, %v, want the one that began", got, err)
	}
	w.End()
	check("after it")
}

func TestFollowFeedsAWatch(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	n := 0
	w := newWatch(t, target.WatchConfig{Augment: func(*profiler.Reading) {
		if n++; n == 3 {
			cancel()
		}
	}})
	tgt := serve(t, agent.Handler(agent.Config{}))
	w.Begin(tgt, 1, true)
	if err := tgt.Follow(ctx, 1, w); !errors.Is(err, context.Canceled) {
		t.Errorf("Follow: %v", err)
	}
	if w.Process().PID == 0 || len(w.Series().Readings(time.Time{})) < 3 {
		t.Errorf("process %+v and %d readings, want who it is and 3", w.Process(), len(w.Series().Readings(time.Time{})))
	}
}

func TestOnlyOneProfileIsTakenAtATime(t *testing.T) {
	busy := make(chan struct{}, 1)
	w := newWatch(t, target.WatchConfig{})
	w.Begin(serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		select {
		case busy <- struct{}{}:
			time.Sleep(10 * time.Millisecond) // long enough for the others to come
			<-busy
		default:
			t.Error("two profiles are taken at once")
		}
	})), 1, true)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := w.Snapshot(t.Context(), target.Request{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(w.Series().Marks(time.Time{})); n != 4 {
		t.Errorf("%d snapshots, want all 4", n)
	}
}
