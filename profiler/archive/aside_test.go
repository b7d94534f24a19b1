package archive_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
)

// quarantined lists what was set aside. Beside each has to stand why.
func quarantined(t *testing.T, dir string) string {
	t.Helper()
	dir = filepath.Join(dir, "quarantine")
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	var list []string
	for _, name := range names(t, dir) {
		if strings.HasSuffix(name, ".reason") {
			continue
		}
		list = append(list, name)
		why, err := os.ReadFile(filepath.Join(dir, name+".reason"))
		if err != nil || !strings.HasPrefix(string(why), name+" was set aside: ") || strings.Count(string(why), "\n") != 1 {
			t.Errorf("the reason of %s is %q, %v, want a sentence", name, why, err)
		}
	}
	return strings.Join(list, " ")
}

// damage flips a bit of profiles and has them read.
func damage(t *testing.T, dir string, a *archive.Archive, ids ...string) {
	t.Helper()
	for _, id := range ids {
		path := filepath.Join(dir, id+".pb.gz")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		raw[0] ^= 1
		write(t, path, string(raw))
		if _, err := a.Profile(id); !errors.Is(err, profiler.ErrNoSnapshot) {
			t.Errorf("Profile(%s): %v, want ErrNoSnapshot", id, err)
		}
	}
}

func TestSettingAsideIsLogged(t *testing.T) {
	dir := threeSnapshots(t)
	write(t, filepath.Join(dir, "2.json"), "garbage")
	var log bytes.Buffer
	open(t, dir, archive.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	for _, want := range []string{"file=2.json", "file=2.pb.gz", "level=WARN"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, &log)
		}
	}
}

// A snapshot is evidence: a bit that flipped on disk must not become a verdict.
func TestAChangedProfileIsSetAside(t *testing.T) {
	for name, now := range map[string]string{
		"a bit flipped": "sebond", "it grew": "second, and then some", "it was cut short": "sec", "it is empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			dir := threeSnapshots(t)
			a := open(t, dir, archive.Config{})
			write(t, filepath.Join(dir, "2.pb.gz"), now)
			raw, err := a.Profile("2")
			if err == nil || !strings.Contains(err.Error(), "changed on disk") || !errors.Is(err, profiler.ErrNoSnapshot) {
				t.Errorf("Profile = %q, %v, want an error that says so", raw, err)
			}
			check := func(a *archive.Archive, when string) {
				t.Helper()
				if u := a.Usage(); ids(a) != "1 3" || u.Quarantined != 1 || u.Bytes != int64(len("firstthird")) {
					t.Errorf("%s it holds %s, %+v, want 1 3 and one set aside", when, ids(a), u)
				}
				if _, err := a.Profile("2"); !errors.Is(err, profiler.ErrNoSnapshot) {
					t.Errorf("%s Profile: %v, want ErrNoSnapshot", when, err)
				}
				if raw, err := a.Profile("3"); err != nil || string(raw) != "third" {
					t.Errorf("%s Profile of its neighbour = %q, %v", when, raw, err)
				}
			}
			check(a, "at once")
			a.Close()
			check(open(t, dir, archive.Config{}), "after reopening")
			if got := quarantined(t, dir); got != "2.json 2.pb.gz" {
				t.Errorf("set aside are %q, want both files", got)
			}
		})
	}
}

// Somebody may put a file back that is still not whole.
func TestWhatIsPutBackIsSetAsideAgain(t *testing.T) {
	dir := threeSnapshots(t)
	for about, why := range map[string]string{"garbage": "invalid character", "{": "unexpected end"} {
		write(t, filepath.Join(dir, "2.json"), about)
		open(t, dir, archive.Config{}).Close()
		if got := quarantined(t, dir); got != "2.json 2.pb.gz" {
			t.Errorf("set aside are %q, want both files", got)
		}
		reason, err := os.ReadFile(filepath.Join(dir, "quarantine", "2.json.reason"))
		if err != nil || !strings.Contains(string(reason), why) {
			t.Errorf("the reason is %q, %v, want %s", reason, err, why)
		}
		if err := os.Rename(filepath.Join(dir, "quarantine", "2.pb.gz"), filepath.Join(dir, "2.pb.gz")); err != nil {
			t.Fatal(err)
		}
	}
}

// The quarantine cannot be made where a file of that name lies.
func TestWhatCannotBeSetAsideStays(t *testing.T) {
	dir := threeSnapshots(t)
	write(t, filepath.Join(dir, "quarantine"), "theirs")
	write(t, filepath.Join(dir, "1.json"), "garbage")
	write(t, filepath.Join(dir, "2.pb.gz"), "sebond")
	a := open(t, dir, archive.Config{})
	for range 2 {
		if raw, err := a.Profile("2"); err == nil || !strings.Contains(err.Error(), "changed on disk") {
			t.Errorf("Profile = %q, %v, want an error that says so", raw, err)
		}
	}
	if u := a.Usage(); ids(a) != "2 3" || u.Quarantined != 0 {
		t.Errorf("it holds %s, %+v, want 2 3 as on disk", ids(a), u)
	}
	if id := save(t, a, "next"); id != "4" {
		t.Errorf("the next id is %s, want 4", id)
	}
}
