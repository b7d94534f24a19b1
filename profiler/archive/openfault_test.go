package archive

import (
	"errors"
	"fmt"
	"maps"
	"syscall"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// littered returns the three snapshots among what crashes leave.
func littered(t *testing.T) *memDisk {
	t.Helper()
	d := threeKept(t)
	for name, data := range map[string]string{
		"4.pb.gz": "no description", "5.json": "garbage", "5.pb.gz": "of it", "6.pb.gz.tmp": "half", "2.json.tmp": "{",
		"last-id": "7\n7\n", "last-id.tmp": "8", "quarantine/1.json": "{",
	} {
		d.names[name] = &node{data: []byte(data)}
	}
	return d.copy()
}

// A disk that fails while the archive opens takes nothing away: a file that
// cannot be read is not a file that is bad.
func TestOpeningMayFail(t *testing.T) {
	d := littered(t)
	before := restarted(t, d)
	sound := &failing{memDisk: d.copy()}
	mustOpen(t, sound)
	cases := 0
	for i, call := range sound.calls {
		at := i + 1
		for how, fails := range map[string]func(int) bool{
			"":                     func(n int) bool { return n == at },
			" and all that follow": func(n int) bool { return n >= at },
		} {
			cases++
			t.Run(call+how, func(t *testing.T) {
				d := &failing{memDisk: d.copy(), fault: fault{fails, syscall.EIO}}
				a, err := openOn(d, faultConfig)
				d.arm(fault{})
				if err == nil {
					for id, is := range contentsOf(t, a) {
						if is != before[id] {
							t.Errorf("snapshot %s is %q, was %q", id, is, before[id])
						}
					}
				}
				if got := restarted(t, d.memDisk); !maps.Equal(got, before) {
					t.Errorf("after another start it holds\n%v\nwant\n%v", got, before)
				}
				if err == nil {
					if id := mustSave(t, a, "next"); id != "8" && id != fmt.Sprint(6+idLeap+1) {
						t.Errorf("the next id is %s, and 7 was seen", id)
					}
				}
			})
		}
	}
	t.Logf("%d calls, %d cases", len(sound.calls), cases)
}

// Wherever the disk fails while a snapshot is set aside, it is not handed out,
// and its neighbours are.
func TestSettingAsideMayFail(t *testing.T) {
	flipped := threeKept(t).copy()
	flipped.names["3.pb.gz"].data[0] ^= 1
	cases := 0
	for _, follow := range []bool{false, true} {
		for at, made := 0, 0; at <= made; at++ { // at 0 none fails
			cases++
			t.Run(fmt.Sprintf("call %d, and all that follow: %v", at, follow), func(t *testing.T) {
				d := &failing{memDisk: flipped.copy()}
				a := mustOpen(t, d)
				d.arm(fault{func(n int) bool { return n == at || follow && 0 < at && at < n }, syscall.EIO})
				if raw, err := a.Profile("3"); err == nil {
					t.Errorf("%q was handed out", raw)
				}
				made = max(made, len(d.calls))
				d.arm(fault{})
				again := mustOpen(t, d.memDisk.copy())
				checkAside(t, a)
				checkAside(t, again)
			})
		}
	}
	t.Logf("%d cases", cases)
}

func checkAside(t *testing.T, a *Archive) {
	t.Helper()
	if raw, err := a.Profile("3"); err == nil {
		t.Errorf("%q was handed out", raw)
	}
	if _, err := a.Get("3"); !errors.Is(err, profiler.ErrNoSnapshot) {
		t.Errorf("Get: %v, want ErrNoSnapshot", err)
	}
	if got := contentsOf(t, a); len(got) != 2 {
		t.Errorf("it holds %v, want two", got)
	}
	if id := mustSave(t, a, "next"); id != "4" {
		t.Errorf("the next id is %s, want 4", id)
	}
}

// What is deleted while somebody is about to read it is a snapshot that there
// is not, and no failure of the disk.
func TestReadingWhatIsBeingDeleted(t *testing.T) {
	d := &failing{memDisk: threeKept(t).copy()}
	a := mustOpen(t, d)
	d.arm(fault{at: func(call int) bool {
		if call == 1 {
			if err := a.Delete("2"); err != nil {
				t.Error(err)
			}
		}
		return false
	}})
	if raw, err := a.Profile("2"); !errors.Is(err, profiler.ErrNoSnapshot) {
		t.Errorf("Profile = %q, %v, want ErrNoSnapshot", raw, err)
	}
}
