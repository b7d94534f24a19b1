package lab

import (
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
)

func TestAGripHoldsUntilItClosesOnOthers(t *testing.T) {
	kept, err := archive.Open(t.TempDir(), archive.Config{MaxCount: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	save := func() string {
		s, err := kept.Save(profiler.Snapshot{Kind: "heap"}, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		return s.ID
	}
	there := func(id string) bool { _, err := kept.Get(id); return err == nil }
	var g grip
	base := save()
	g.closeOn(kept, base)
	for range 3 {
		save()
	}
	if !there(base) {
		t.Fatal("what was held has made room for others")
	}
	next := save()
	g.closeOn(kept, next)
	save()
	if there(base) || !there(next) {
		t.Errorf("the old one is there: %v, the new one: %v; want the new one alone held", there(base), there(next))
	}
}
