package archive

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
)

// Bits that flip on the disk are found, whatever file they are in: a
// description's when the archive opens, a profile's when it is read. All else
// stays as it is.
func TestFlippedBitsAreFound(t *testing.T) {
	d := newMemDisk()
	a := mustOpen(t, d)
	for i := range 3 {
		mustSave(t, a, fmt.Sprint("profile ", i, " ", strings.Repeat("of some length ", 20)))
	}
	before := contentsOf(t, a)
	files := []string{"1.json", "1.pb.gz", "2.json", "2.pb.gz", "3.json", "3.pb.gz"}
	const flips = 300 // anywhere; the name of a case is all it takes to repeat it
	for range flips {
		d := d.copy()
		name := files[rand.IntN(len(files))]
		data := d.names[name].data
		at, bit := rand.IntN(len(data)), rand.IntN(8)
		data[at] ^= 1 << bit
		t.Run(fmt.Sprintf("%s byte %d bit %d", name, at, bit), func(t *testing.T) {
			a := mustOpen(t, d)
			id, ext, _ := strings.Cut(name, ".")
			raw, err := a.Profile(id)
			if err == nil {
				t.Errorf("a profile of %d bytes was handed out", len(raw))
			}
			if ext == "pb.gz" && !strings.Contains(err.Error(), "changed on disk") {
				t.Errorf("Profile: %v, want an error that says what is wrong", err)
			}
			got := contentsOf(t, a)
			for other, is := range before {
				if other != id && got[other] != is {
					t.Errorf("snapshot %s is %q, was %q", other, got[other], is)
				}
			}
			if u := a.Usage(); u.Count != 2 || u.Quarantined != 1 {
				t.Errorf("Usage = %+v, want 2 and 1 set aside", u)
			}
		})
	}
}

// No bit of a description can flip, and no byte be lost, without it being seen.
func TestADescriptionIsSealed(t *testing.T) {
	d := newMemDisk()
	a := mustOpen(t, d)
	cycle := int64(7)
	whole := entry{id: 1, Snapshot: profiler.Snapshot{ID: "1", Label: "ä, \"sum\": \"<b>\"\n}", GCCycle: &cycle}, SHA256: sumOf(nil)}
	about, err := describe(whole)
	if err != nil {
		t.Fatal(err)
	}
	read := func(about []byte) error {
		d.names["1.json"] = &node{data: about}
		_, err := a.readMeta(1)
		return err
	}
	if err := read(about); err != nil {
		t.Errorf("the whole description: %v", err)
	}
	for i := range about {
		for bit := range 8 {
			flipped := bytes.Clone(about)
			flipped[i] ^= 1 << bit
			if read(flipped) == nil {
				t.Errorf("bit %d of byte %d may flip: %q", bit, i, flipped)
			}
		}
		if read(about[:i]) == nil {
			t.Errorf("all from byte %d on may be lost", i)
		}
		if read(append(bytes.Clone(about[:i]), about[i+1:]...)) == nil {
			t.Errorf("byte %d may be lost", i)
		}
	}
}

// What was written before descriptions had a sum is read, and gets one when it
// is written again.
func TestADescriptionOfAnEarlierVersionIsRead(t *testing.T) {
	d := threeKept(t)
	for _, id := range []string{"1", "2", "3"} {
		n := d.names[id+metaExt]
		about, _, _ := bytes.Cut(n.data, []byte(",\n  \"sum\""))
		n.data = append(bytes.Clone(about), "\n}"...)
	}
	a := mustOpen(t, d)
	if got := contentsOf(t, a); len(got) != 3 {
		t.Errorf("it holds %v, want three", got)
	}
	label := "read again"
	if _, err := a.Update("2", Change{Label: &label}); err != nil {
		t.Fatal(err)
	}
	if about := d.names["2.json"].data; !bytes.Contains(about, []byte(`"sum": "`)) {
		t.Errorf("the description is now %s, want a sum", about)
	}
	if got := restarted(t, d); !strings.Contains(got["2"], label) {
		t.Errorf("it holds %v, want the new label", got)
	}
}
