package archive_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler/archive"
)

// threeSnapshots returns a folder of snapshots 1, 2 and 3, closed.
func threeSnapshots(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	a := open(t, dir, archive.Config{})
	for _, profile := range []string{"first", "second", "third"} {
		save(t, a, profile)
	}
	a.Close()
	return dir
}

// Whatever a crash or a careless hand leaves behind, the archive opens, keeps
// what is whole and gives the next snapshot an id that nobody has had.
func TestOpenMendsWhatACrashLeft(t *testing.T) {
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	leave := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { write(t, filepath.Join(dir, name), content) }
	}
	tests := []struct {
		name   string
		damage func(*testing.T, string)
		want   string // held afterwards
		aside  string // in quarantine afterwards
		next   string // id
	}{
		{"a profile half written", leave("4.pb.gz.tmp", "thi"), "1 2 3", "", "5"},
		{"a description half written", leave("3.json.tmp", "{"), "1 2 3", "", "4"},
		{"a profile without its description", remove("3.json"), "1 2", "3.pb.gz", "4"},
		{"a description without its profile", remove("3.pb.gz"), "1 2", "3.json", "4"},
		{"a profile cut short", leave("2.pb.gz", "seco"), "1 3", "2.json 2.pb.gz", "4"},
		{"a profile with something after it", leave("2.pb.gz", "second and more"), "1 3", "2.json 2.pb.gz", "4"},
		{"a description that is garbage", leave("3.json", "{\"id\": 3,"), "1 2", "3.json 3.pb.gz", "4"},
		{"an empty description", leave("3.json", ""), "1 2", "3.json 3.pb.gz", "4"},
		{"a description of another snapshot", leave("3.json", `{"id":"2","bytes":5}`), "1 2", "3.json 3.pb.gz", "4"},
		{"a description that never ends", leave("3.json", strings.Repeat(" ", 65<<10)), "1 2", "3.json 3.pb.gz", "4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := threeSnapshots(t)
			tt.damage(t, dir)
			a := open(t, dir, archive.Config{})
			if got := ids(a); got != tt.want {
				t.Errorf("it holds %s, want %s", got, tt.want)
			}
			for _, s := range a.List() {
				if _, err := a.Profile(s.ID); err != nil {
					t.Errorf("Profile(%s): %v", s.ID, err)
				}
			}
			if aside := quarantined(t, dir); aside != tt.aside {
				t.Errorf("set aside %q, want %q", aside, tt.aside)
			}
			if left := names(t, dir); slices.ContainsFunc(left, func(n string) bool { return strings.HasSuffix(n, ".tmp") }) {
				t.Errorf("the folder holds %q, want no half-written file", left)
			}
			a.Close()
			if id := save(t, open(t, dir, archive.Config{}), "next"); id != tt.next {
				t.Errorf("the next id is %s, want %s", id, tt.next)
			}
		})
	}
}

func TestAnIDIsNeverUsedTwice(t *testing.T) {
	tests := []struct {
		name   string
		before func(*testing.T, string, *archive.Archive)
		want   string
	}{
		{"after the newest was deleted", func(t *testing.T, _ string, a *archive.Archive) { remove(t, a, "3") }, "4"},
		{"after all were deleted", func(t *testing.T, _ string, a *archive.Archive) { remove(t, a, "1", "3", "2") }, "4"},
		{"after one in between was deleted", func(t *testing.T, _ string, a *archive.Archive) { remove(t, a, "2") }, "4"},
		{"after saving and deleting again", func(t *testing.T, _ string, a *archive.Archive) {
			remove(t, a, "3", save(t, a, "x"), save(t, a, "y"))
		}, "6"},
		{"after the newest was set aside", func(t *testing.T, dir string, a *archive.Archive) { damage(t, dir, a, "3") }, "4"},
		{"after all were set aside", func(t *testing.T, dir string, a *archive.Archive) { damage(t, dir, a, "1", "2", "3") }, "4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := threeSnapshots(t)
			for range 2 { // a second opening has less to go by
				a := open(t, dir, archive.Config{})
				if len(a.List()) == 3 {
					tt.before(t, dir, a)
				}
				a.Close()
				os.RemoveAll(filepath.Join(dir, "quarantine")) // somebody tidies up
			}
			if got := save(t, open(t, dir, archive.Config{}), "next"); got != tt.want {
				t.Errorf("the next id is %s, want %s", got, tt.want)
			}
		})
	}
}

func remove(t *testing.T, a *archive.Archive, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := a.Delete(id); err != nil {
			t.Fatal(err)
		}
	}
}

// The note of the last id is all that tells what was deleted at the newest end.
func TestADamagedLastIDIsLeaptOver(t *testing.T) {
	tests := []struct {
		name, note, want string
	}{
		{"whole", "7\n7\n", "8"},
		{"of an earlier version", "7", "8"},
		{"a bit flipped", "7\n5\n", "1004"},
		{"a line end flipped", "7*7\n", "1004"},
		{"empty", "", "1004"},
		{"garbage", "seven", "1004"},
		{"behind the files", "2\n2\n", "4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := threeSnapshots(t)
			write(t, filepath.Join(dir, "last-id"), tt.note)
			open(t, dir, archive.Config{}).Close()
			a := open(t, dir, archive.Config{}) // which mends the note, and so leaps once
			if got := ids(a); got != "1 2 3" {
				t.Errorf("it holds %s, want 1 2 3", got)
			}
			if got := save(t, a, "next"); got != tt.want {
				t.Errorf("the next id is %s, want %s", got, tt.want)
			}
		})
	}
}

func TestForeignFilesAreLeftAlone(t *testing.T) {
	dir := threeSnapshots(t)
	foreign := []string{
		"README.md", "notes.tmp", "heap.pb.gz", "1.backup.json", "3.txt", "007.json", "-1.pb.gz", "0.json",
		"18446744073709551615.pb.gz", "4.pb.gz.part", ".hidden",
	}
	for _, name := range foreign {
		write(t, filepath.Join(dir, name), "theirs")
	}
	if err := os.Mkdir(filepath.Join(dir, "5.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := open(t, dir, archive.Config{MaxCount: 3})
	if got := ids(a); got != "1 2 3" || a.Usage().Bytes != int64(len("firstsecondthird")) {
		t.Errorf("it holds %s, %+v, want 1 2 3", got, a.Usage())
	}
	for range 5 {
		save(t, a, "more")
	}
	for _, name := range foreign {
		if raw, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(raw) != "theirs" {
			t.Errorf("%s holds %q, %v", name, raw, err)
		}
	}
}

func TestOpenSaysWhatIsInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "x")
	if _, err := archive.Open(filepath.Join(file, "snapshots"), archive.Config{}); err == nil ||
		!strings.Contains(err.Error(), "snapshot folder") {
		t.Errorf("Open below a file: %v", err)
	}
}
