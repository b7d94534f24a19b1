package profiler_test

import (
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

func TestWindowTakesTheFinestTierThatReaches(t *testing.T) {
	s := profiler.NewSeries()
	feed(s, 1, 0, 2*time.Hour, 100*time.Millisecond)
	now := noon.Add(2 * time.Hour)
	tests := []struct {
		name     string
		span     time.Duration
		every    time.Duration
		points   int
		extremes bool
	}{
		{"a second is drawn from every reading", time.Second, 100 * time.Millisecond, 10, false},
		{"five minutes still are", 5 * time.Minute, 100 * time.Millisecond, 3000, false},
		{"a little more is drawn from seconds", 5*time.Minute + time.Second, time.Second, 301, true},
		{"an hour still is", time.Hour, time.Second, 3600, true},
		{"a little more is drawn from ten seconds", time.Hour + time.Second, 10 * time.Second, 361, true},
		{"a day shows as much of it as there is", day, 10 * time.Second, 720, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := s.Window(now, tt.span)
			if w.Every != tt.every || len(w.At) != tt.points {
				t.Errorf("%d points every %v, want %d every %v", len(w.At), w.Every, tt.points, tt.every)
			}
			if (w.Min != nil) != tt.extremes || (w.Max != nil) != tt.extremes {
				t.Errorf("extremes: min %v, max %v, want %v", w.Min != nil, w.Max != nil, tt.extremes)
			}
			checkColumns(t, w)
		})
	}
}

// checkColumns fails unless every column of w is as long as its times and the
// byte a millisecond that feed allocates is seen at every resolution.
func checkColumns(t *testing.T, w profiler.Window) {
	t.Helper()
	n := len(w.At)
	if len(w.Generation) != n {
		t.Errorf("%d generations for %d points", len(w.Generation), n)
	}
	for f := range profiler.NumFigures {
		if len(w.Values[f]) != n {
			t.Errorf("%d values of %v for %d points", len(w.Values[f]), f, n)
		}
	}
	for f, column := range w.Min {
		if len(column) != n || len(w.Max[f]) != n {
			t.Errorf("%d and %d extremes of %v for %d points", len(column), len(w.Max[f]), f, n)
		}
	}
	for i := n / 2; i < n; i++ {
		if got := w.Values[profiler.FigAllocBytes][i]; got < 999 || got > 1001 {
			t.Errorf("point %d shows %v bytes a second, want 1000", i, got)
			return
		}
	}
}

// Timers are late as they please; at full rate no reading may be lost to it.
func TestJitterKeepsEveryReading(t *testing.T) {
	s := profiler.NewSeries()
	jitter := []time.Duration{0, 3, 99, 101, 99, 1, 250, 97}
	d := time.Duration(0)
	for i := range 800 {
		d += 100*time.Millisecond + jitter[i%len(jitter)]*time.Millisecond/10
		s.Append(at(d, 1, values{profiler.HeapLive: float64(i)}))
	}
	w := s.Window(noon.Add(d), 5*time.Minute)
	if len(w.At) != 800 {
		t.Fatalf("%d points, want all 800", len(w.At))
	}
	for i, v := range w.Values[profiler.FigFloor] {
		if v != float64(i) {
			t.Fatalf("point %d is reading %v", i, v)
		}
	}
}

// A spike shorter than a second is what an engineer looks for an hour later.
func TestCoarseTiersKeepTheExtremes(t *testing.T) {
	s := profiler.NewSeries()
	for i := range 200 {
		inUse := 100.0
		switch i {
		case 33:
			inUse = 900
		case 38:
			inUse = 7
		}
		s.Append(at(time.Duration(i)*100*time.Millisecond, 1, values{profiler.HeapInUse: inUse}))
	}
	now := noon.Add(20 * time.Second)
	for _, tt := range []struct {
		name  string
		span  time.Duration
		point int
	}{
		{"in the second it happened in", time.Hour, 3},
		{"in the ten seconds it happened in", day, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := s.Window(now, tt.span)
			for i := range w.At {
				low, high := 100.0, 100.0
				if i == tt.point {
					low, high = 7, 900
				}
				gotLow, gotHigh := w.Min[profiler.FigInUse][i], w.Max[profiler.FigInUse][i]
				if gotLow != low || gotHigh != high {
					t.Errorf("point %d spans %v to %v, want %v to %v", i, gotLow, gotHigh, low, high)
				}
				if last := w.Values[profiler.FigInUse][i]; last != 100 {
					t.Errorf("point %d ends at %v, want the last reading's 100", i, last)
				}
			}
		})
	}
}

func TestAnUnknownReadingDoesNotHideTheExtremes(t *testing.T) {
	s := profiler.NewSeries()
	for i, v := range []float64{profiler.Unknown, 5, 9, profiler.Unknown} {
		s.Append(at(time.Duration(i)*100*time.Millisecond, 1, values{profiler.Goroutines: v}))
	}
	w := s.Window(noon.Add(time.Second), time.Hour)
	low, high := w.Min[profiler.FigGoroutines][0], w.Max[profiler.FigGoroutines][0]
	if low != 5 || high != 9 {
		t.Errorf("the second spans %v to %v, want 5 to 9", low, high)
	}
}

func TestABucketHoldsOneLife(t *testing.T) {
	s := profiler.NewSeries()
	for i := range 100 { // ten seconds, a restart every 2.5
		generation := uint32(1 + i/25)
		s.Append(at(time.Duration(i)*100*time.Millisecond, generation, values{profiler.HeapInUse: float64(generation)}))
	}
	w := s.Window(noon.Add(10*time.Second), day)
	if len(w.At) != 4 {
		t.Fatalf("%d points in ten seconds of four lives, want 4", len(w.At))
	}
	for i, generation := range w.Generation {
		low, high := w.Min[profiler.FigInUse][i], w.Max[profiler.FigInUse][i]
		if generation != uint32(i+1) || low != float64(generation) || high != low {
			t.Errorf("point %d is of generation %d and spans %v to %v, want %d alone", i, generation, low, high, i+1)
		}
	}
}

func TestCoarseTiersShowAGapAsAGap(t *testing.T) {
	s := profiler.NewSeries()
	feed(s, 1, 0, time.Minute, time.Second)
	feed(s, 1, 5*time.Minute, 6*time.Minute, time.Second)
	w := s.Window(noon.Add(6*time.Minute), day)
	if len(w.At) != 12 {
		t.Fatalf("%d points, want the twelve that were read", len(w.At))
	}
	for i, rate := range w.Values[profiler.FigAllocBytes] {
		if blind := i == 0 || i == 6; blind == profiler.Known(rate) {
			t.Errorf("point %d shows %v bytes a second; only the first after nothing is unknown", i, rate)
		}
	}
}
