package archive_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
)

func TestWhatIsHeldMakesNoRoom(t *testing.T) {
	a := open(t, t.TempDir(), archive.Config{MaxCount: 3})
	for range 3 {
		save(t, a, "x")
	}
	one, two := a.Hold("1", "no such id", "1", "99"), a.Hold("2", "1")
	wants := func(want string) {
		t.Helper()
		if got := ids(a); got != want {
			t.Errorf("it holds %s, want %s", got, want)
		}
	}
	save(t, a, "in the place of 3")
	wants("1 2 4")
	one()
	one() // counts once: the other holder still has it
	save(t, a, "in the place of 4")
	wants("1 2 5")
	two()
	save(t, a, "in the place of 1")
	wants("2 5 6")
}

func TestWhatIsHeldFillsTheArchive(t *testing.T) {
	a := open(t, t.TempDir(), archive.Config{MaxCount: 2})
	save(t, a, "x")
	save(t, a, "y")
	pin(t, a, "1")
	release := a.Hold("2")
	if _, err := a.Save(profiler.Snapshot{}, []byte("z")); !errors.Is(err, archive.ErrFull) {
		t.Errorf("Save: %v, want ErrFull", err)
	}
	if err := a.Delete("2"); err != nil {
		t.Errorf("deleting what is held: %v", err)
	}
	release()
	if save(t, a, "z"); ids(a) != "1 3" {
		t.Errorf("it holds %s, want 1 3", ids(a))
	}
}

func TestHoldersMayComeAndGoAtOnce(t *testing.T) {
	a := open(t, t.TempDir(), archive.Config{MaxCount: 4})
	first := save(t, a, "the base")
	defer a.Hold(first)()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 10 {
				release := a.Hold(first)
				save(t, a, fmt.Sprint(i))
				if raw, err := a.Profile(first); err != nil || string(raw) != "the base" {
					t.Errorf("Profile = %q, %v", raw, err)
				}
				release()
			}
		})
	}
	all.Wait()
}

// A clock that is wrong by years, or corrected by years, deletes nothing:
// whatever time a snapshot claims, its id says how old it is.
func TestRetentionKnowsNoClock(t *testing.T) {
	const year = 365 * 24 * time.Hour
	now := time.Now()
	dir, cfg := t.TempDir(), archive.Config{MaxCount: 5}
	a := open(t, dir, cfg)
	at := func(years int) {
		t.Helper()
		if _, err := a.Save(profiler.Snapshot{Time: now.Add(time.Duration(years) * year)}, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for _, years := range []int{0, +10, -10, -10, +10} {
		at(years)
	}
	const all = "1 2 3 4 5"
	for range 3 {
		a.Close()
		if a = open(t, dir, cfg); ids(a) != all {
			t.Fatalf("after reopening it holds %s, want %s", ids(a), all)
		}
	}
	for i, years := range []int{-10, 0, +10, -10, +1} {
		at(years)
		want := fmt.Sprintf("%d %d %d %d %d", i+2, i+3, i+4, i+5, i+6)
		if got := ids(a); got != want {
			t.Errorf("after one of %+d years it holds %s, want %s", years, got, want)
		}
	}
}
