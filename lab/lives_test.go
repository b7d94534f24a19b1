package lab_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
)

func TestAKilledCheckerComesBackAsItWas(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	if _, err := s.Use(t.Context(), "list-scan", "instructor"); err != nil {
		t.Fatal(err)
	}
	first := s.Watch().Process().PID
	kill(t, first)
	s.watched(t, 2)

	state := s.State()
	if state.Restarts != 1 || state.OOMKills != 0 || runtime.GOOS != "windows" && state.LastExit != "signal: killed" {
		t.Errorf("%d restarts, %d out of memory, last exit %q", state.Restarts, state.OOMKills, state.LastExit)
	}
	if state.Strategy != "list-scan" || s.decidedBy(t) != "list-scan" {
		t.Errorf("%s is shown and %s decides, want the list-scan of before", state.Strategy, s.decidedBy(t))
	}
	if pid := s.Watch().Process().PID; pid == first {
		t.Errorf("process %d is watched, which was killed", pid)
	}
	if got := s.marks(lifeAndDeath...); got != "start, crash, start" {
		t.Errorf("marks: %s, want start, crash, start", got)
	}
	checkSpans(t, s.Watch().Series().Spans(time.Time{}))
	s.eventually(t, "a snapshot of the second life", func() bool {
		return s.holds(func(p profiler.Snapshot) bool { return p.Reason == profiler.ReasonReady && p.Generation == 2 })
	})
	s.checkPoints(t)
}

func kill(t *testing.T, pid int) {
	t.Helper()
	p, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
}

// holds reports whether the archive has such a snapshot.
func (s *stage) holds(such func(profiler.Snapshot) bool) bool {
	for _, p := range s.archive.List() {
		if such(p) {
			return true
		}
	}
	return false
}

func checkSpans(t *testing.T, got []profiler.Span) {
	t.Helper()
	want := []profiler.Span{
		{Strategy: "set-per-request", Generation: 1}, {Strategy: "list-scan", Generation: 1},
		{Strategy: "list-scan", Generation: 2},
	}
	if len(got) != len(want) {
		t.Fatalf("%d spans, want %d: %+v", len(got), len(want), got)
	}
	for i, sp := range got {
		if sp.Strategy != want[i].Strategy || sp.Generation != want[i].Generation || sp.To.IsZero() != (i == len(want)-1) {
			t.Errorf("span %d is %+v, want %+v, only the last open", i, sp, want[i])
		}
	}
}

// checkPoints fails when what was drawn runs backwards or below zero.
func (s *stage) checkPoints(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.points {
		if i > 0 && (p.At.Before(s.points[i-1].At) || p.Generation < s.points[i-1].Generation) {
			t.Errorf("point %d of generation %d at %v comes after one of %d at %v",
				i, p.Generation, p.At, s.points[i-1].Generation, s.points[i-1].At)
		}
		for f, v := range p.Figures {
			if v < 0 {
				t.Errorf("point %d: %v = %v", i, profiler.Figure(f), v)
			}
		}
	}
}

func TestARestartIsAStopAndAStart(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	s.Restart("instructor")
	s.watched(t, 2)
	state := s.State()
	if state.Restarts != 1 || state.LastExit != "stopped" {
		t.Errorf("%d restarts, last exit %q, want 1, stopped", state.Restarts, state.LastExit)
	}
	if got := s.marks(lifeAndDeath...); got != "start, restart, stop, start" {
		t.Errorf("marks: %s, want start, restart, stop, start", got)
	}
	for _, m := range s.Watch().Series().Marks(time.Time{}) {
		if m.Kind == profiler.MarkRestart && m.By != "instructor" {
			t.Errorf("the restart is by %q, want the instructor", m.By)
		}
	}
	s.checkPoints(t)
}

func TestSixShortLivesHaltUntilSomebodyResumes(t *testing.T) {
	t.Setenv(lab.MoodKey, "exits")
	s := run(t, config(t))
	s.eventually(t, "halted", func() bool { return s.State().Status == lab.Halted })
	state := s.State()
	if state.Restarts != 6 || state.Generation != 0 || !strings.Contains(state.LastExit, "the disk is on fire") {
		t.Errorf("%d restarts, generation %d, last exit %q", state.Restarts, state.Generation, state.LastExit)
	}
	if got := s.marks(lifeAndDeath...); got != strings.Repeat("crash, ", 6)+"halt" {
		t.Errorf("marks: %s, want six crashes and a halt", got)
	}
	if done, err := s.Use(t.Context(), "list-scan", "instructor"); err != nil || done.Generation != 0 {
		t.Errorf("Use while halted = %+v, %v, want it kept for later", done, err)
	}

	t.Setenv(lab.MoodKey, "")
	s.Resume("instructor")
	s.watched(t, 1)
	if got := s.decidedBy(t); got != "list-scan" {
		t.Errorf("%s decides, want list-scan as asked for meanwhile", got)
	}
	s.Resume("instructor") // of what runs is nothing
	if got := s.marks(profiler.MarkHalt, profiler.MarkRestart, profiler.MarkStart); got != "halt, restart, start" {
		t.Errorf("marks: %s, want halt, restart, start", got)
	}
}

// Whoever never becomes ready is told of in the same words.
func TestAnEndBeforeItIsReady(t *testing.T) {
	for order, want := range map[string]string{
		"exit 0":              "exit 0",
		"exit 7":              "exit 7",
		"panic out of memory": "exit 2: panic: out of memory",
		"kill":                "signal: killed",
	} {
		t.Run(order, func(t *testing.T) {
			t.Setenv(lab.MoodKey, "at once: "+order)
			s := run(t, config(t))
			s.eventually(t, "the end of a life", func() bool { return s.State().Restarts > 0 })
			want := "starting the checker: it ended before it said where it listens: " + want
			if state := s.State(); state.LastExit != want && runtime.GOOS != "windows" || state.OOMKills != 0 {
				t.Errorf("%q, %d killed for want of memory, want %q, 0", state.LastExit, state.OOMKills, want)
			}
		})
	}
}

// The first instants matter most: a wish spoken while the checker starts is
// fulfilled before anybody sees it decide.
func TestASwitchAskedForDuringTheStart(t *testing.T) {
	t.Setenv(lab.MoodKey, "slow")
	s := run(t, config(t))
	<-s.changed // it is starting, with the strategy of the configuration
	done, err := s.Use(t.Context(), "list-scan", "instructor")
	if err != nil || done != (lab.Switched{Name: "list-scan"}) {
		t.Errorf("Use = %+v, %v, want list-scan for later", done, err)
	}
	s.watched(t, 1)
	if got := s.decidedBy(t); got != "list-scan" || s.State().Strategy != "list-scan" {
		t.Errorf("%s decides and %s is shown, want list-scan", got, s.State().Strategy)
	}
	if spans := s.Watch().Series().Spans(time.Time{}); len(spans) != 1 || spans[0].Strategy != "list-scan" {
		t.Errorf("spans %+v, want list-scan alone", spans)
	}
}

func TestAResetIsAnotherLifeWithEverythingAsAtTheStart(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	before := s.State()
	if _, err := s.Use(t.Context(), "redis-sismember", "instructor"); err != nil {
		t.Fatal(err)
	}
	rps := before.Load.RPS + 7
	if _, err := s.SetLoad(t.Context(), lab.LoadChange{RPS: &rps}, "instructor"); err != nil {
		t.Fatal(err)
	}
	if err := s.Reset(t.Context(), "instructor"); err != nil {
		t.Fatal(err)
	}
	s.watched(t, 2)
	after := s.State()
	if after.Strategy != before.Strategy || after.StrategyGeneration != 1 || after.Load != before.Load {
		t.Errorf("%s, generation %d, load %+v; want %s, 1, %+v",
			after.Strategy, after.StrategyGeneration, after.Load, before.Strategy, before.Load)
	}
}
