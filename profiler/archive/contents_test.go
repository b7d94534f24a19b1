package archive

import (
	"encoding/json"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// Contents are the snapshots of an archive by id: description and profile.
type contents map[string]string

func contentsOf(t *testing.T, a *Archive) contents {
	t.Helper()
	c := contents{}
	for _, s := range a.List() {
		about, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		profile, err := a.Profile(s.ID)
		if err != nil {
			t.Errorf("snapshot %s is listed and cannot be read: %v", s.ID, err)
		}
		c[s.ID] = string(about) + " " + string(profile)
	}
	return c
}

func mustOpen(t *testing.T, d disk) *Archive {
	t.Helper()
	a, err := openOn(d, faultConfig)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustSave(t *testing.T, a *Archive, profile string) string {
	t.Helper()
	s, err := a.Save(profiler.Snapshot{Target: "checker", Kind: "heap"}, []byte(profile))
	if err != nil {
		t.Fatalf("saving %q: %v", profile, err)
	}
	return s.ID
}

// faultConfig is full after three.
var faultConfig = Config{MaxCount: 3}

// threeKept returns a disk of the snapshots 1, 2 and 3, of which 1 is pinned.
func threeKept(t *testing.T) *memDisk {
	t.Helper()
	d := newMemDisk()
	a := mustOpen(t, d)
	for _, profile := range []string{"first", "second", "third"} {
		mustSave(t, a, profile)
	}
	yes := true
	if _, err := a.Update("1", Change{Pinned: &yes}); err != nil {
		t.Fatal(err)
	}
	return d
}

// restarted opens a copy of the disk.
func restarted(t *testing.T, d *memDisk) contents {
	t.Helper()
	d = d.copy()
	got := contentsOf(t, mustOpen(t, d))
	if left := d.tmpFiles(); len(left) > 0 {
		t.Errorf("%q are left", left)
	}
	return got
}
