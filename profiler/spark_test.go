package profiler_test

import (
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

func TestSparkHasGapsWhereNothingWasKnown(t *testing.T) {
	s, start := profiler.NewSeries(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 600 { // ten minutes, of which the fourth is missing and the last says nothing of the floor
		at := start.Add(time.Duration(i) * time.Second)
		if i/60 == 3 {
			continue
		}
		r := profiler.NewReading(at, 1)
		if i/60 != 9 {
			r.Set(profiler.HeapLive, float64(i))
		}
		s.Append(r)
	}
	got := s.Spark(profiler.HeapLive, start.Add(10*time.Minute), 10*time.Minute, 10)
	for i, v := range got {
		gap := i == 3 || i == 9
		if gap != !profiler.Known(v) || !gap && v != float64(i*60+59) {
			t.Errorf("piece %d: %v", i, v)
		}
	}
	if empty := profiler.NewSeries().Spark(profiler.HeapLive, start, time.Hour, 3); len(empty) != 3 || profiler.Known(empty[0]) {
		t.Errorf("of nothing: %v", empty)
	}
}
