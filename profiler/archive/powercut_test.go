package archive

import (
	"fmt"
	"maps"
	"strconv"
	"testing"
)

// A moment is the end of an operation.
type moment struct {
	effects int // on the disk so far
	kept    contents
	lastID  int // that anybody has seen
}

// aLife does a bit of everything to an archive that is full after three.
func aLife(t *testing.T) (*memDisk, []moment) {
	t.Helper()
	d := newMemDisk()
	a := mustOpen(t, d)
	moments := []moment{{0, contents{}, 0}}
	pin := func(id string, yes bool) func() error {
		return func() error { _, err := a.Update(id, Change{Pinned: &yes}); return err }
	}
	save := func() error { mustSave(t, a, fmt.Sprint("profile ", len(moments))); return nil }
	remove := func(id string) func() error { return func() error { return a.Delete(id) } }
	for _, do := range []func() error{
		save, save, save, pin("1", true), save, // in the place of 2
		remove("4"), save, pin("1", false), save, // in the place of 1
		remove("3"), remove("6"), remove("5"), save,
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		m := moment{len(d.log), contentsOf(t, a), moments[len(moments)-1].lastID}
		for id := range m.kept {
			n, _ := strconv.Atoi(id)
			m.lastID = max(m.lastID, n)
		}
		moments = append(moments, m)
	}
	return d, moments
}

// Whenever the power goes, and again while the archive opens after it, what
// was acknowledged is there, what was not is whole or not there, and no id
// leads to two snapshots.
func TestThePowerMayGoAtAnyTime(t *testing.T) {
	d, moments := aLife(t)
	seen, again := map[string]bool{}, map[string]bool{}
	now := 0
	for n := range len(d.log) + 1 {
		for now+1 < len(moments) && moments[now+1].effects <= n {
			now++
		}
		was, will := moments[now], moments[now]
		if n > was.effects {
			will = moments[now+1]
		}
		for left := range d.cuts(n) {
			step := fmt.Sprint(now, n > was.effects, " ")
			if seen[step+left.key()] {
				continue
			}
			seen[step+left.key()] = true
			opened := left.copy()
			mustOpen(t, opened)
			for n := range len(opened.log) + 1 {
				for left := range opened.cuts(n) {
					if key := step + left.key(); !again[key] {
						again[key] = true
						checkMended(t, left, was, will)
					}
				}
			}
			if t.Failed() {
				t.Fatalf("after %d of %d effects, the last of them %+v, the power cut left\n%s", n, len(d.log), d.log[max(0, n-1)], left.key())
			}
		}
	}
	t.Logf("%d operations, %d effects, %d states, %d with those of a power cut in Open", len(moments)-1, len(d.log), len(seen), len(again))
}

// checkMended opens what a power cut left on the way from one moment to another.
func checkMended(t *testing.T, d *memDisk, was, will moment) {
	t.Helper()
	a := mustOpen(t, d)
	got := contentsOf(t, a)
	lost, added := false, false
	for n := range 100 {
		id := fmt.Sprint(n)
		if got[id] != was.kept[id] && got[id] != will.kept[id] {
			t.Errorf("snapshot %s is %q, was %q, was to be %q", id, got[id], was.kept[id], will.kept[id])
		}
		lost = lost || was.kept[id] != "" && got[id] == ""
		added = added || was.kept[id] == "" && got[id] != ""
	}
	if will.lastID > was.lastID && lost && !added {
		t.Errorf("a save that was cut short took another along: %v is left of %v", got, was.kept)
	}
	if left := d.tmpFiles(); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	if n, _ := strconv.Atoi(mustSave(t, a, "next")); n <= was.lastID {
		t.Errorf("the next id is %d, and %d were seen", n, was.lastID)
	}
	if live, kept := contentsOf(t, a), restarted(t, d); !maps.Equal(live, kept) {
		t.Errorf("it holds\n%v\nand after a restart\n%v", live, kept)
	}
}
