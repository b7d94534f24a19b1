package archive

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// What an archive does to its disk, and the one snapshot that it may change
// when it fails; a Save may change none.
var operations = []struct {
	name    string
	changes string
	do      func(*Archive) error
}{
	{"saving in the place of another", "", func(a *Archive) error {
		_, err := a.Save(profiler.Snapshot{Target: "checker", Kind: "heap"}, []byte("a new one"))
		return err
	}},
	{"labelling", "2", func(a *Archive) error {
		label := "before the fix"
		_, err := a.Update("2", Change{Label: &label})
		return err
	}},
	{"unpinning", "1", func(a *Archive) error {
		_, err := a.Update("1", Change{Pinned: new(bool)})
		return err
	}},
	{"deleting one", "2", func(a *Archive) error { return a.Delete("2") }},
	{"deleting the newest", "3", func(a *Archive) error { return a.Delete("3") }},
}

// Whichever call fails, and however: what was acknowledged is there, what was
// not is whole or not there, and memory and disk say the same.
func TestAnyCallMayFail(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			f := faultTest{t: t, disk: threeKept(t), changes: op.changes, do: op.do}
			calls := f.sound()
			for i, call := range calls {
				at := i + 1
				here := func(n int) bool { return n == at }
				f.run(call+": EIO", fault{here, syscall.EIO})
				f.run(call+": ENOSPC", fault{here, syscall.ENOSPC})
				f.run(call+" and all that follow: EIO", fault{func(n int) bool { return n >= at }, syscall.EIO})
				switch what, _, _ := strings.Cut(call, " "); what {
				case "write":
					f.run(call+" short", fault{here, io.ErrShortWrite})
				case "sync":
					f.run(call+" and the data is gone", fault{here, errLost})
				}
				for second, made := at+1, at+1; second <= made; second++ {
					made = f.run(fmt.Sprintf("%s and the call %d after it: EIO", call, second-at),
						fault{func(n int) bool { return n == at || n == second }, syscall.EIO})
				}
			}
			t.Logf("%d calls, %d cases", len(calls), f.cases)
		})
	}
}

type faultTest struct {
	t       *testing.T
	disk    *memDisk // copied for each case
	changes string   // id
	do      func(*Archive) error

	before, after contents // of an operation that succeeds
	cases         int
}

// sound has no call fail and returns those that are made.
func (f *faultTest) sound() []string {
	d := &failing{memDisk: f.disk.copy()}
	a := mustOpen(f.t, d)
	f.before = contentsOf(f.t, a)
	d.arm(fault{})
	if err := f.do(a); err != nil {
		f.t.Fatal(err)
	}
	calls := d.calls
	f.after = contentsOf(f.t, a)
	return calls
}

// run returns how many calls were made.
func (f *faultTest) run(name string, how fault) int {
	f.cases++
	calls := 0
	f.t.Run(name, func(t *testing.T) {
		d := &failing{memDisk: f.disk.copy()}
		a := mustOpen(t, d)
		d.arm(how)
		err := f.do(a)
		calls = len(d.calls)
		d.arm(fault{})

		f.check(t, "at once", contentsOf(t, a), err, false)
		f.check(t, "after a restart", restarted(t, d.memDisk), err, true)
		if err != nil { // the disk works again
			if err := f.do(a); err != nil && !errors.Is(err, profiler.ErrNoSnapshot) {
				t.Errorf("once more: %v", err)
			}
			if f.changes != "" && contentsOf(t, a)[f.changes] != f.after[f.changes] {
				t.Errorf("once more, snapshot %s is %q, want %q", f.changes, contentsOf(t, a)[f.changes], f.after[f.changes])
			}
		}
		next := mustSave(t, a, "and another")
		if f.before[next] != "" || f.after[next] != "" && err == nil {
			t.Errorf("the id %s was given twice", next)
		}
		live, kept := contentsOf(t, a), restarted(t, d.memDisk)
		if !maps.Equal(live, kept) {
			t.Errorf("it holds\n%v\nand after a restart\n%v", live, kept)
		}
		if len(live) > faultConfig.MaxCount {
			t.Errorf("%d are kept, want at most %d", len(live), faultConfig.MaxCount)
		}
	})
	return calls
}

// check holds what an archive has against what it had before an operation
// that ended in err. After a restart there may be a snapshot that was not
// acknowledged, when it could not be taken back.
func (f *faultTest) check(t *testing.T, when string, got contents, err error, restarted bool) {
	t.Helper()
	for _, id := range slices.Sorted(maps.Keys(f.before)) {
		may := []string{f.before[id]}
		if f.before[id] != f.after[id] && (err == nil || id == f.changes) {
			may = append(may, f.after[id])
		}
		if err == nil && id == f.changes {
			may = []string{f.after[id]}
		}
		if !slices.Contains(may, got[id]) {
			t.Errorf("%s, after %v, snapshot %s is %q, want one of %q", when, err, id, got[id], may)
		}
	}
	for id := range got {
		if f.before[id] == "" && (got[id] != f.after[id] || err != nil && !restarted) {
			t.Errorf("%s, after %v, there is a snapshot %s: %q", when, err, id, got[id])
		}
	}
	for id := range f.after {
		if f.before[id] == "" && err == nil && got[id] == "" {
			t.Errorf("%s, snapshot %s is acknowledged and not there", when, id)
		}
	}
}

// A change that failed is not half a change: the pin that somebody could not
// take off still holds.
func TestAChangeThatFailedIsUndone(t *testing.T) {
	d := &failing{memDisk: threeKept(t).copy()}
	a := mustOpen(t, d)
	before := contentsOf(t, a)
	d.arm(fault{func(call int) bool { return d.calls[call-1] == "sync the folder" }, syscall.EIO})
	if _, err := a.Update("1", Change{Pinned: new(bool)}); !errors.Is(err, syscall.EIO) {
		t.Errorf("Update: %v, want EIO", err)
	}
	d.arm(fault{})
	if live, kept := contentsOf(t, a), restarted(t, d.memDisk); !maps.Equal(live, before) || !maps.Equal(kept, before) {
		t.Errorf("it holds\n%v\nand after a restart\n%v\nwant\n%v", live, kept, before)
	}
}
