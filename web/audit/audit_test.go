package audit_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/web/audit"
)

func entry(did string) audit.Entry {
	return audit.Entry{Time: time.Unix(1_790_000_000, 0).UTC(), Role: "instructor", Session: "a1b2c3", Remote: "127.0.0.1", Did: did, Status: 200}
}

func TestNewestFirstAndNoMoreThanAThousand(t *testing.T) {
	l := audit.Open("")
	if got := l.Newest(10); len(got) != 0 {
		t.Errorf("an empty log holds %v", got)
	}
	for i := range 1500 {
		l.Add(entry(fmt.Sprintf("verb %d", i+1)))
	}
	all := l.Newest(5000)
	if len(all) != 1000 || all[0].Seq != 1500 || all[0].Did != "verb 1500" || all[999].Seq != 501 {
		t.Errorf("%d entries from %+v to %+v, want 1000 from 1500 to 501", len(all), all[0], all[len(all)-1])
	}
	if got := l.Newest(2); len(got) != 2 || got[1].Seq != 1499 {
		t.Errorf("the newest two are %+v", got)
	}
	if u := l.Usage(); u.Kept != 1000 || u.Bytes != 0 || u.Err != nil {
		t.Errorf("usage %+v", u)
	}
}

func TestTheNumberGoesOnAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := audit.Open(path)
	for range 3 {
		l.Add(entry("PUT /api/v1/load"))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file is %v, %v, want mode 0600", info, err)
	}
	again := audit.Open(path)
	again.Add(entry("POST /api/v1/gc"))
	all := again.Newest(10)
	if len(all) != 4 || all[0].Seq != 4 || all[3] != l.Newest(3)[2] {
		t.Errorf("after a restart: %+v", all)
	}

	// The machine stopped in the middle of a line.
	raw, _ := os.ReadFile(path)
	os.WriteFile(path, raw[:len(raw)-9], 0o600)
	torn := audit.Open(path)
	torn.Add(entry("POST /api/v1/reset"))
	if got := audit.Open(path).Newest(10); len(got) != 4 || got[0].Did != "POST /api/v1/reset" || got[0].Seq != 4 {
		t.Errorf("after a torn line: %+v", got)
	}
}

func TestTheFileIsBounded(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.jsonl")
	l := audit.Open(path)
	const each = 50_000
	for i := range 150 {
		e := entry("PUT /api/v1/load")
		e.With = strings.Repeat("x", each)
		l.Add(e)
		if u := l.Usage(); u.Err != nil || u.Bytes > u.MaxBytes {
			t.Fatalf("entry %d: usage %+v", i, u)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v: want two files", files, err)
	}
	size := int64(0)
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if u := l.Usage(); size != u.Bytes {
		t.Errorf("%d bytes on disk, the log says %d", size, u.Bytes)
	}
	if again := audit.Open(path); again.Newest(1)[0].Seq != 150 || again.Usage().Bytes != size {
		t.Errorf("after a restart: %+v, %+v", again.Newest(1)[0].Seq, again.Usage())
	}
}

func TestADiskThatFailsStopsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	path := filepath.Join(dir, "audit.jsonl")
	l := audit.Open(path)
	l.Add(entry("PUT /api/v1/load"))
	if u := l.Usage(); u.Err == nil || u.Kept != 1 {
		t.Errorf("usage %+v, want an error and the entry", u)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l.Add(entry("PUT /api/v1/load"))
	if u := l.Usage(); u.Err != nil || u.Kept != 2 {
		t.Errorf("usage %+v once it can be written to, want no error", u)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if u := audit.Open(filepath.Join(dir, "folder")).Usage(); u.Err == nil {
		t.Error("a folder in place of the file is no error")
	}
}

// FuzzOpen reads what may have become of the file: whatever that is, the log
// goes on with a number above all it has read, and the next run reads that.
func FuzzOpen(f *testing.F) {
	good, err := json.Marshal(audit.Entry{Seq: 7, Did: "PUT /api/v1/load"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{}, good)
	f.Add(append(good, '\n'), append(good, good...))
	f.Add([]byte("\n\n{}"), []byte(`{"seq":18446744073709551615}`))
	f.Add([]byte(`{"seq":-1}`), []byte(`{"seq":9007199254740992}`+"\n"+`{"seq":3}`))
	path := filepath.Join(f.TempDir(), "audit.jsonl")
	f.Fuzz(func(t *testing.T, aside, raw []byte) {
		for name, content := range map[string][]byte{path + ".1": aside, path: raw} {
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		l := audit.Open(path)
		last := uint64(0)
		if newest := l.Newest(1); len(newest) > 0 {
			last = newest[0].Seq
		}
		l.Add(entry("POST /api/v1/gc"))
		newest := audit.Open(path).Newest(1)
		if last < 1<<53 && (len(newest) != 1 || newest[0].Seq != last+1 || newest[0].Did != "POST /api/v1/gc") {
			t.Errorf("after %d the next run begins with %+v", last, newest)
		}
	})
}
