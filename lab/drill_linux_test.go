package lab_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/leakline/leakline/internal/drill"
	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
)

// Every way to end, in any order and at any moment: the right label each time
// and no other, noticed at once, and the next life comes.
func TestDrillOfTheChecker(t *testing.T) {
	random := drill.Rand(t)
	for _, tt := range []struct {
		name  string
		soft  bool
		fence string
		want  string
	}{
		{"the kernel enforces the limit", false, "a cgroup", "killed by the kernel: out of memory at 320\u00a0MiB"},
		{"the supervisor does", true, "watching and killing", "killed by the supervisor at its limit of 320\u00a0MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := config(t)
			cfg.MemoryLimit, cfg.SoftLimit = 320<<20, tt.soft
			d := newDrill(t, cfg, random)
			if got := d.State().Fence; got != tt.fence {
				t.Skipf("the limit is enforced by %q: no cgroup can be made here", got)
			}
			for _, e := range d.shuffled(endings(tt.want), tt.soft) {
				d.end(t, e)
			}
			d.watched(t, d.lives+1)
			d.whole.Tell(t)
			d.noticed.Check(t, 100*time.Millisecond, 2*time.Second)
		})
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// A checkerDrill is a lab whose checker is ended time and again, and what must
// be true of it by now.
type checkerDrill struct {
	*stage
	random *rand.Rand
	socket string // at which the checker takes orders

	// The first is about the supervisor alone, unless the test itself was woken
	// late; the second is no less than the truth, and counts what the kernel needs
	// to take a process down.
	noticed, whole *drill.Delays
	metronome      *drill.Metronome

	lives    uint32 // ended so far
	oomKills int
	short    int       // lives in a row that count towards a halt
	unsure   bool      // of short
	died     time.Time // the last of them
}

func newDrill(t *testing.T, cfg lab.Config, random *rand.Rand) *checkerDrill {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "orders")
	t.Setenv(lab.OrdersKey, socket)
	d := &checkerDrill{
		random: random, socket: socket, died: time.Now(),
		noticed: drill.NewDelays("from the end of a life to its mark"),
		whole:   drill.NewDelays("from its last sign to its mark"),

		metronome: drill.NewMetronome(t),
	}
	drill.HearHangups(t)
	files := openFiles(t)
	t.Cleanup(func() { // after the lab's own
		if left := lab.CgroupsLeft(); len(left) > 0 {
			t.Errorf("cgroups left behind: %v", left)
		}
		d.eventually(t, "no more open files than before", func() bool {
			runtime.GC() // the pipes through which the standard library splices are kept until then
			return openFiles(t) <= files
		})
	})
	d.stage = run(t, cfg)
	d.watched(t, 1)
	return d
}

// shuffled is each of them as often as it is wanted, in any order.
func (d *checkerDrill) shuffled(all []ending, soft bool) []ending {
	var each []ending
	for _, e := range all {
		often := e.often[:2]
		if soft {
			often = e.often[2:]
		}
		for range drill.Count(often[0], often[1]) {
			each = append(each, e)
		}
	}
	d.random.Shuffle(len(each), func(i, j int) { each[i], each[j] = each[j], each[i] })
	return each
}

// end ends the present life and checks what is said of it.
func (d *checkerDrill) end(t *testing.T, e ending) {
	t.Helper()
	d.watched(t, d.lives+1)
	time.Sleep(drill.Up(d.random, 300*time.Millisecond))
	before := d.State()
	d.metronome.Late() // from now on
	alive, gone := d.kill(t, e)
	d.lives++
	d.eventually(t, "the end of a life by "+e.name, func() bool { return d.State().Restarts == before.Restarts+1 })

	s := d.State()
	if e.killed {
		d.oomKills++
	}
	if !e.says(s.LastExit) {
		t.Errorf("%s: the label is %q, want %q", e.name, s.LastExit, e.want)
	}
	if s.OOMKills != d.oomKills {
		t.Errorf("%s: %d were killed for want of memory, want %d", e.name, s.OOMKills, d.oomKills)
	}
	died := s.Death != before.Death
	if died != e.memory || died && (s.Death.Why != s.LastExit || len(s.Death.Missed) > 0 && !e.killed) {
		t.Errorf("%s: the last death for want of memory is %+v", e.name, s.Death)
	}
	crash := d.crash(t)
	if crash.Text != "the checker ended: "+s.LastExit || crash.Generation != d.lives {
		t.Errorf("%s: the mark says %q of life %d, want %q of life %d", e.name, crash.Text, crash.Generation, s.LastExit, d.lives)
	}
	late := d.metronome.Late()
	d.noticed.Add(e.name, max(0, crash.At.Sub(gone)), late)
	d.whole.Add(e.name, crash.At.Sub(alive), late)
	d.haltsByTheRule(t, e, crash.At)
}

// crash is the one mark of its kind since the last.
func (d *checkerDrill) crash(t *testing.T) profiler.Mark {
	t.Helper()
	var all []profiler.Mark
	for _, m := range d.Watch().Series().Marks(d.died.Add(1)) {
		if m.Kind == profiler.MarkCrash {
			all = append(all, m)
		}
	}
	if len(all) != 1 {
		t.Fatalf("%d lives are marked as ended, want one: %+v", len(all), all)
	}
	return all[0]
}

// haltsByTheRule checks that six short lives in a row halt and nothing else does,
// and resumes then. Ends for want of memory never count. Where a machine is so slow
// that a life may have lasted five seconds, nobody can tell until the next halt.
func (d *checkerDrill) haltsByTheRule(t *testing.T, e ending, at time.Time) {
	t.Helper()
	d.short++
	d.unsure = d.unsure || at.Sub(d.died) > 5*time.Second
	if e.memory {
		d.short, d.unsure = 0, false
	}
	d.died = at
	var s lab.State
	d.eventually(t, "a decision about the next life", func() bool {
		s = d.State()
		return s.Status == lab.Halted || s.Status == lab.BackingOff || s.Status == lab.Starting || s.Generation > d.lives
	})
	halted := s.Status == lab.Halted
	if halted != (d.short == 6) && !d.unsure {
		t.Errorf("%s: after %d short lives in a row the lab is %s", e.name, d.short, s.Status)
	}
	if halted {
		d.short, d.unsure = 0, false
		d.Resume("the drill")
	}
}
