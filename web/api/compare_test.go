package api_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web/api"
)

// A busyContext has something happen whenever somebody looks whether it ended.
type busyContext struct {
	context.Context
	during func()
}

func (c busyContext) Err() error {
	c.during()
	return c.Context.Err()
}

// While two snapshots are compared others are taken. They must not take the
// place of either, not even between two looks at the same pair.
func TestAComparisonHoldsWhatItReads(t *testing.T) {
	kept, err := archive.Open(t.TempDir(), archive.Config{MaxCount: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	var heap bytes.Buffer
	if err := pprof.WriteHeapProfile(&heap); err != nil {
		t.Fatal(err)
	}
	save := func() {
		if _, err := kept.Save(profiler.Snapshot{Target: "checker", Kind: "heap"}, heap.Bytes()); err != nil {
			t.Errorf("Save: %v", err)
		}
	}
	save()
	save()
	looks := 0
	ctx := busyContext{t.Context(), func() {
		looks++
		for range 3 {
			save()
		}
	}}
	a := &api.API{Archive: kept}
	c, err := a.CompareForPeople(ctx, "1", "2", "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Base.ID != "1" || c.Head.ID != "2" || looks != 2 {
		t.Errorf("compared %s with %s in %d looks, want 1 with 2 in 2", c.Base.ID, c.Head.ID, looks)
	}
	save()
	save()
	if _, err := kept.Get("1"); err == nil {
		t.Error("the base is still held after the comparison")
	}
}
