package lab_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

// Whoever enforces the limit, the end is labelled with the truth, the life is
// followed by another, and the pictures taken on the way are there.
func TestALifeThatGrowsIsKilledAtItsLimit(t *testing.T) {
	for _, soft := range []bool{true, false} {
		t.Run(fmt.Sprintf("soft %v", soft), func(t *testing.T) {
			t.Setenv(lab.MoodKey, "grows")
			cfg := config(t)
			cfg.MemoryLimit, cfg.SoftLimit = 320<<20, soft
			s := run(t, cfg)
			s.watched(t, 1)
			fence := s.State().Fence
			if r, _, _ := s.Watch().Series().Latest(); r.Get(profiler.MemoryLimit) != 320<<20 {
				t.Errorf("the limit on the chart is %v, want 320 MiB", r.Get(profiler.MemoryLimit))
			}
			s.eventually(t, "a death", func() bool { return s.State().OOMKills >= 1 && s.State().Death != nil })
			t.Setenv(lab.MoodKey, "")
			want := map[string]string{
				"a cgroup":             "killed by the kernel: out of memory at 320\u00a0MiB",
				"watching and killing": "killed by the supervisor at its limit of 320\u00a0MiB",
			}[fence]
			d := s.State().Death
			if want == "" || d.Why != want || soft && fence != "watching and killing" {
				t.Errorf("by %q it was %q, want %q", fence, d.Why, want)
			}
			if d.Base == "" || d.Head == "" || d.Base == d.Head || time.Since(d.At) > time.Minute {
				t.Errorf("death %+v, want a first and a last picture", d)
			}
			if v := d.Verdict; v.Word != verdict.Leak || len(v.Suspects) == 0 || !strings.HasSuffix(v.Suspects[0].Function, "lab.grow") {
				t.Errorf("judged %s %+v, want a leak at grow", v.Summary, v.Suspects)
			}
			pictures := make(map[profiler.Reason]int)
			for _, snap := range s.archive.List() {
				if snap.Kind == "heap" && snap.Generation == 1 {
					pictures[snap.Reason]++
				}
			}
			of := pictures[profiler.ReasonLimit50] + pictures[profiler.ReasonLimit80] + pictures[profiler.ReasonLimit95]
			if of == 0 || of+len(d.Missed) != 3 {
				t.Errorf("pictures %v, missed %v: want each of the three either way, and one at least", pictures, d.Missed)
			}
			s.eventually(t, "another life", func() bool { return s.State().Generation >= 2 && s.State().Status == lab.Running })
			if got := s.marks(profiler.MarkCrash); !strings.HasPrefix(got, "crash") {
				t.Errorf("marks %q, want a crash", got)
			}
		})
	}
}

// Ends for want of memory are the lesson, and never end it.
func TestDeathsForWantOfMemoryNeverHalt(t *testing.T) {
	t.Setenv(lab.MoodKey, "grows")
	cfg := config(t)
	cfg.MemoryLimit, cfg.SoftLimit = 96<<20, true // it is there in its first seconds, each time
	s := run(t, cfg)
	s.eventually(t, "seven deaths", func() bool { return s.State().OOMKills >= 7 })
	if state := s.State(); state.Status == lab.Halted || state.OOMKills > state.Restarts {
		t.Errorf("%s after %d deaths and %d restarts", state.Status, state.OOMKills, state.Restarts)
	}
}

// A limit that leaves no room to start in is named as what kills, but no life was
// there to learn from: six in a row halt.
func TestALimitTooSmallToStartIn(t *testing.T) {
	t.Setenv(lab.MoodKey, "at once: grow 8192")
	cfg := config(t)
	cfg.MemoryLimit = 96 << 20
	s := run(t, cfg)
	if s.eventually(t, "a fence", func() bool { return s.State().Fence != "" }); s.State().Fence != "a cgroup" {
		t.Skipf("the limit is enforced by %q: no cgroup can be made here", s.State().Fence)
	}
	s.eventually(t, "halted", func() bool { return s.State().Status == lab.Halted })
	state := s.State()
	const want = "killed by the kernel: out of memory at 96\u00a0MiB, before the checker was ready"
	if state.LastExit != want || state.OOMKills != 6 || state.Restarts != 6 || state.Death != nil {
		t.Errorf("%q, %d killed for want of memory, %d restarts, death %+v; want %q, 6, 6, none",
			state.LastExit, state.OOMKills, state.Restarts, state.Death, want)
	}
}

func TestLimitsAreOfTheNextLife(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	limit, gomemlimit, cpus := int64(512<<20), int64(400<<20), 2
	got, err := s.SetLimits(t.Context(), lab.LimitsChange{MemoryLimit: &limit, GoMemLimit: &gomemlimit, CheckerCPUs: &cpus}, "instructor")
	if want := (lab.Limits{MemoryLimit: limit, GoMemLimit: gomemlimit, CheckerCPUs: cpus}); err != nil || got != want {
		t.Fatalf("SetLimits = %+v, %v, want %+v", got, err, want)
	}
	s.watched(t, 2)
	p := s.Watch().Process()
	if p.GOMAXPROCS != 2 || p.GoMemLimit == nil || *p.GoMemLimit != gomemlimit || p.MemoryLimit == nil || *p.MemoryLimit != limit {
		t.Errorf("the process says %+v, want its limits", p)
	}
	if _, err := s.SetLimits(t.Context(), lab.LimitsChange{}, "instructor"); err != nil || s.State().Generation != 2 {
		t.Errorf("no change: %v, generation %d, want the same life", err, s.State().Generation)
	}
	for _, c := range []lab.LimitsChange{
		{MemoryLimit: ptr(int64(1))}, {MemoryLimit: ptr(int64(-1))}, {GoMemLimit: ptr(int64(5))}, {CheckerCPUs: ptr(0)}, {CheckerCPUs: ptr(10_000)},
	} {
		if got, err := s.SetLimits(t.Context(), c, "instructor"); !errors.Is(err, lab.ErrInvalid) || got.MemoryLimit != limit {
			t.Errorf("SetLimits(%+v) = %+v, %v, want it refused and all as it was", c, got, err)
		}
	}
	if err := s.Reset(t.Context(), "instructor"); err != nil {
		t.Fatal(err)
	}
	s.watched(t, 3)
	if got := s.State().Limits; got.MemoryLimit != 0 || got.GoMemLimit != 0 || got.CheckerCPUs != 1 {
		t.Errorf("after a reset %+v, want those of the start", got)
	}
}
