package profiler_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

func TestRecentQuantile(t *testing.T) {
	bounds := []float64{1, 2, 4, math.Inf(1)}
	tests := []struct {
		name   string
		pushes [][]uint64
		q      float64
		want   float64
	}{
		{"nothing pushed", nil, 0.5, profiler.Unknown},
		{"one state has no past to differ from", [][]uint64{{5, 5, 5, 5}}, 0.5, profiler.Unknown},
		{"nothing came", [][]uint64{{5, 5, 5, 5}, {5, 5, 5, 5}}, 0.5, profiler.Unknown},
		{"everything before the window is forgotten", [][]uint64{{900, 0, 0, 0}, {900, 0, 1, 0}}, 0.01, 4},
		{"the median of three is the second", [][]uint64{{0, 0, 0, 0}, {1, 1, 1, 0}}, 0.5, 2},
		{"the 99th of a hundred is not yet the worst", [][]uint64{{0, 0, 0, 0}, {99, 0, 1, 0}}, 0.99, 1},
		{"above the 99th of a hundred is the worst", [][]uint64{{0, 0, 0, 0}, {99, 0, 1, 0}}, 0.995, 4},
		{"the 0-quantile is the least that came", [][]uint64{{0, 0, 0, 0}, {0, 1, 1, 0}}, 0, 2},
		{"beyond the last finite bound it is at least that", [][]uint64{{0, 0, 0, 0}, {0, 0, 0, 1}}, 0.5, 4},
		{"the ring looks back two pushes, not three",
			[][]uint64{{0, 0, 0, 0}, {0, 0, 9, 0}, {0, 0, 9, 0}, {1, 0, 9, 0}}, 0.99, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := profiler.NewRecent(len(bounds), 2)
			for _, p := range tt.pushes {
				w.Push(p)
			}
			if got := w.Quantile(bounds, tt.q); !same(got, tt.want) {
				t.Errorf("Quantile(%v) = %v, want %v", tt.q, got, tt.want)
			}
		})
	}
}

func TestAQuantileWithoutBoundsIsUnknown(t *testing.T) {
	w := profiler.NewRecent(1, 1)
	w.Push([]uint64{0})
	w.Push([]uint64{3})
	if got := w.Quantile(nil, 0.5); profiler.Known(got) {
		t.Errorf("Quantile = %v, want unknown", got)
	}
}

// A histogram that is read and never reset must not make the reader grow.
func TestRecentDoesNotAllocate(t *testing.T) {
	w := profiler.NewRecent(100, 10)
	bounds := make([]float64, 100)
	if got := testing.AllocsPerRun(100, func() {
		w.Slot()[7]++
		w.Advance()
		w.Quantile(bounds, 0.99)
	}); got != 0 {
		t.Errorf("a push and a quantile allocate %v objects, want 0", got)
	}
}

func TestALatencyIsReadAtMostAFifthHigh(t *testing.T) {
	for d := 10 * time.Microsecond; d < time.Minute; d = d * 13 / 10 {
		t.Run(fmt.Sprint(d), func(t *testing.T) {
			got, want := quantileOf(d), d.Seconds()
			if got < want*(1-1e-9) || got > want*(1.2+1e-9) {
				t.Errorf("read as %v s, want %v to %v", got, want, 1.2*want)
			}
		})
	}
}

func TestLatenciesBeyondTheBoundsAreKept(t *testing.T) {
	var l profiler.Latencies
	bounds := l.Bounds()
	least, most := bounds[0], bounds[len(bounds)-1]
	tests := []struct {
		name string
		d    time.Duration
		want float64
	}{
		{"quicker than the first bound", time.Nanosecond, least},
		{"a clock that ran backwards", -time.Second, least},
		{"slower than the last bound", time.Hour, most},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := quantileOf(tt.d); got != tt.want {
				t.Errorf("%v is read as %v s, want %v", tt.d, got, tt.want)
			}
		})
	}
}

// quantileOf observes d alone and reads it back in seconds.
func quantileOf(d time.Duration) float64 {
	var l profiler.Latencies
	w := profiler.NewRecent(len(l.Bounds())+1, 1)
	for range 2 {
		l.Read(w.Slot())
		w.Advance()
		l.Observe(d)
	}
	return w.Quantile(l.Bounds(), 0.5)
}
