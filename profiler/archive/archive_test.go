package archive_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
)

// open opens dir, and fails the test when the archive cannot be opened.
func open(t *testing.T, dir string, cfg archive.Config) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// save keeps a profile and returns its id.
func save(t *testing.T, a *archive.Archive, profile string) string {
	t.Helper()
	s, err := a.Save(profiler.Snapshot{Target: "checker", Kind: "heap"}, []byte(profile))
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

func pin(t *testing.T, a *archive.Archive, id string) {
	t.Helper()
	yes := true
	if _, err := a.Update(id, archive.Change{Pinned: &yes}); err != nil {
		t.Fatal(err)
	}
}

// ids lists what the archive holds.
func ids(a *archive.Archive) string {
	var list []string
	for _, s := range a.List() {
		list = append(list, s.ID)
	}
	return strings.Join(list, " ")
}

// names lists a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range files {
		list = append(list, f.Name())
	}
	return list
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestASnapshotComesBackWhole(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{})
	cycle, up, raw := int64(7), 3.25, []byte("\x1f\x8b profile \x00\xff")
	want := profiler.Snapshot{
		Target: "checker", Kind: "heap", Label: "ä <b>", Reason: profiler.ReasonReady,
		Time: time.Date(2026, 1, 2, 12, 0, 0, 123, time.UTC), Generation: 3, Epoch: "e1", Strategy: "list-scan",
		GCCycle: &cycle, UptimeS: &up, CaptureMS: 1.5, MemProfileRate: 65536,
	}
	got, err := a.Save(want, raw)
	if err != nil {
		t.Fatal(err)
	}
	want.ID, want.Bytes = "1", int64(len(raw))
	check := func(a *archive.Archive, when string) {
		t.Helper()
		got, err := a.Get("1")
		if err != nil || asJSON(t, got) != asJSON(t, want) {
			t.Errorf("%s Get = %s, %v, want %s", when, asJSON(t, got), err, asJSON(t, want))
		}
		if profile, err := a.Profile("1"); err != nil || !bytes.Equal(profile, raw) {
			t.Errorf("%s Profile = %q, %v, want %q", when, profile, err, raw)
		}
	}
	if asJSON(t, got) != asJSON(t, want) {
		t.Errorf("Save = %s, want %s", asJSON(t, got), asJSON(t, want))
	}
	check(a, "at once")
	a.Close()
	check(open(t, dir, archive.Config{}), "after reopening")
	if onDisk, err := os.ReadFile(filepath.Join(dir, "1.pb.gz")); err != nil || !bytes.Equal(onDisk, raw) {
		t.Errorf("the file holds %q, %v: go tool pprof needs the profile as it was", onDisk, err)
	}
}

// asJSON compares snapshots by what they point to.
func asJSON(t *testing.T, s profiler.Snapshot) string {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestListIsOldestFirst(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{})
	for i := range 12 { // past 9, where names sort differently
		save(t, a, fmt.Sprint("profile ", i))
	}
	const want = "1 2 3 4 5 6 7 8 9 10 11 12"
	if got := ids(a); got != want {
		t.Errorf("List = %s, want %s", got, want)
	}
	a.Close()
	a = open(t, dir, archive.Config{})
	if got := ids(a); got != want {
		t.Errorf("after reopening List = %s, want %s", got, want)
	}
	if u := a.Usage(); u.Count != 12 || u.Bytes != 10*9+2*10 || u.MaxCount != 1000 || u.MaxBytes != 256_000_000 {
		t.Errorf("Usage = %+v", u)
	}
}

func TestUpdateChangesWhatItNames(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{})
	id := save(t, a, "x")
	label, yes := "before the fix", true
	if s, err := a.Update(id, archive.Change{Label: &label}); err != nil || s.Label != label || s.Pinned {
		t.Errorf("labelled: %+v, %v", s, err)
	}
	if s, err := a.Update(id, archive.Change{Pinned: &yes}); err != nil || s.Label != label || !s.Pinned {
		t.Errorf("pinned: %+v, %v", s, err)
	}
	a.Close()
	a = open(t, dir, archive.Config{})
	if s, err := a.Get(id); err != nil || s.Label != label || !s.Pinned || s.Target != "checker" {
		t.Errorf("after reopening: %+v, %v", s, err)
	}
}

// A description that could not be read back would lose its snapshot.
func TestADescriptionIsBounded(t *testing.T) {
	a := open(t, t.TempDir(), archive.Config{})
	id, huge := save(t, a, "x"), strings.Repeat("x", 64<<10)
	if _, err := a.Update(id, archive.Change{Label: &huge}); err == nil {
		t.Error("a label of 64 KiB was taken")
	}
	if s, err := a.Get(id); err != nil || s.Label != "" {
		t.Errorf("the snapshot is now %.100v, %v, want it as it was", s, err)
	}
	if _, err := a.Save(profiler.Snapshot{Label: huge}, []byte("y")); err == nil || ids(a) != id {
		t.Errorf("Save: %v, holding %s, want an error and %s", err, ids(a), id)
	}
}

func TestDeleteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{})
	first, second := save(t, a, "x"), save(t, a, "y")
	pin(t, a, first)
	if err := a.Delete(first); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"2.json", "2.pb.gz"}) {
		t.Errorf("the folder holds %q, want the second snapshot alone", got)
	}
	if ids(a) != second || a.Usage().Bytes != 1 {
		t.Errorf("%s with %d bytes, want %s with 1", ids(a), a.Usage().Bytes, second)
	}
}

func TestWhatSomebodyElseRemovedCanBeDeleted(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{MaxCount: 2})
	save(t, a, "x")
	save(t, a, "y")
	for _, name := range []string{"1.json", "1.pb.gz", "2.pb.gz"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	save(t, a, "z") // in place of the first
	if err := a.Delete("2"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if ids(a) != "3" {
		t.Errorf("%q is left, want 3", ids(a))
	}
}

func TestAnIDLeadsToOneSnapshot(t *testing.T) {
	a := open(t, t.TempDir(), archive.Config{})
	save(t, a, "x")
	label := "mine"
	for _, id := range []string{"", "0", "2", "01", "+1", " 1", "1.json", "../1", "1/../1", "..\\1", "-1", "99999999999999999999"} {
		_, get := a.Get(id)
		_, profile := a.Profile(id)
		_, update := a.Update(id, archive.Change{Label: &label})
		for what, err := range map[string]error{"Get": get, "Profile": profile, "Update": update, "Delete": a.Delete(id)} {
			if !errors.Is(err, profiler.ErrNoSnapshot) {
				t.Errorf("%s(%q): %v, want ErrNoSnapshot", what, id, err)
			}
		}
	}
	if s, err := a.Get("1"); err != nil || s.Label != "" {
		t.Errorf("snapshot 1 is now %+v, %v", s, err)
	}
}

func TestConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, archive.Config{MaxCount: 8})
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 10 {
				s, err := a.Save(profiler.Snapshot{}, fmt.Appendf(nil, "%d %d", g, i))
				if err != nil {
					t.Errorf("Save: %v", err)
					continue
				}
				if got, err := a.Profile(s.ID); err == nil && string(got) != fmt.Sprint(g, i) {
					t.Errorf("snapshot %s holds %q, want %d %d", s.ID, got, g, i)
				}
				a.List()
				a.Usage()
				a.Update(s.ID, archive.Change{Label: &s.ID})
			}
		})
	}
	all.Wait()
	if u := a.Usage(); u.Count != 8 {
		t.Errorf("%d snapshots are kept, want 8", u.Count)
	}
	want := ids(a)
	a.Close()
	if got := ids(open(t, dir, archive.Config{})); got != want {
		t.Errorf("after reopening it holds %s, want %s", got, want)
	}
}
