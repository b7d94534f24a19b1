package checker_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/checker"
)

func TestLatencyIsCountedInTheBucketThatHoldsIt(t *testing.T) {
	for _, d := range []time.Duration{0, 5 * time.Microsecond, 6 * time.Microsecond, time.Millisecond, time.Second, time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, stats := newChecker(t, shelf{"a": {d: d}}, "a")
				if _, err := c.Check(t.Context(), checker.Payment{}); err != nil {
					t.Fatal(err)
				}
				bounds := stats.LatencyBounds()
				counts := make([]uint64, len(bounds)+1)
				stats.Latency(counts)
				want, _ := slices.BinarySearch(bounds, d.Seconds())
				for i, n := range counts {
					if (n == 1) != (i == want) {
						t.Errorf("bucket %d of %d holds %d, want the one check in bucket %d", i, len(counts), n, want)
					}
				}
			})
		})
	}
}

func TestLatencyFitsTheCallersSlice(t *testing.T) {
	var stats checker.Stats
	if got := testing.AllocsPerRun(10, func() { stats.Latency(nil) }); got != 0 {
		t.Errorf("reading allocates %v objects, want 0", got)
	}
	long := make([]uint64, 1000)
	long[999] = 7
	if stats.Latency(long); long[999] != 7 {
		t.Error("a slice longer than the histogram was written beyond it")
	}
	if bounds := stats.LatencyBounds(); !slices.IsSorted(bounds) || bounds[0] > 10e-6 || bounds[len(bounds)-1] < 10 {
		t.Errorf("bounds %v do not ascend from 10 µs or less to 10 s or more", bounds)
	}
}
