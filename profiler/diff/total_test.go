package diff

import "testing"

func TestTotalScalesUpWhatWasSampled(t *testing.T) {
	var all, some Total
	for range 100 {
		all.Add(64, 1)
		some.Add(64, 1<<12)
	}
	if got := all.Bytes(); got != exact(6400) {
		t.Errorf("where every object is seen, their bytes are %+v, want exactly 6400", got)
	}
	// An object of 64 bytes is seen once in 64.5 times.
	if got := some.Objects(); got.Low > 6450 || got.High < 6450 || got.Estimate < 6400 || got.Estimate > 6500 {
		t.Errorf("their number is %+v, want 6450 within", got)
	}
}
