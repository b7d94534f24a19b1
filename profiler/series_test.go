package profiler_test

import (
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

const day = 24 * time.Hour

// feed appends a reading every step from noon+from until noon+to, exclusive,
// which has allocated a byte a millisecond since noon.
func feed(s *profiler.Series, generation uint32, from, to, step time.Duration) {
	for d := from; d < to; d += step {
		s.Append(at(d, generation, values{profiler.AllocBytes: float64(d.Milliseconds()), profiler.HeapInUse: 1}))
	}
}

func TestAppendReturnsWhatIsDrawn(t *testing.T) {
	s := profiler.NewSeries()
	feed(s, 1, 0, 2*time.Second, 100*time.Millisecond)
	p := s.Append(at(2*time.Second, 1, values{profiler.AllocBytes: 2000, profiler.HeapLive: 5}))
	if !p.At.Equal(noon.Add(2*time.Second)) || p.Generation != 1 {
		t.Errorf("point of %v, generation %d, want 2 s past noon, 1", p.At, p.Generation)
	}
	if p.Figures[profiler.FigFloor] != 5 || p.Figures[profiler.FigAllocBytes] != 1000 {
		t.Errorf("floor %v and rate %v, want 5 and 1000",
			p.Figures[profiler.FigFloor], p.Figures[profiler.FigAllocBytes])
	}
	r, f, ok := s.Latest()
	if !ok || !r.At.Equal(p.At) || f[profiler.FigAllocBytes] != 1000 {
		t.Errorf("Latest = %v, rate %v, %v, want the point just appended", r.At, f[profiler.FigAllocBytes], ok)
	}
}

func TestAnEmptySeriesHasNothing(t *testing.T) {
	s := profiler.NewSeries()
	if _, _, ok := s.Latest(); ok {
		t.Error("Latest found a reading")
	}
	if got := s.Readings(time.Time{}); len(got) != 0 {
		t.Errorf("%d readings, want none", len(got))
	}
	if w := s.Window(noon, day); len(w.At) != 0 || w.Every != 10*time.Second {
		t.Errorf("a window of %d points every %v, want none every 10s", len(w.At), w.Every)
	}
}

// Collections come in bursts, so a rate is taken over a second even though
// readings are ten times as frequent.
func TestRatesAreTakenOverASecond(t *testing.T) {
	s := profiler.NewSeries()
	cycles := 0.0
	for i := range 40 {
		if i%10 == 0 {
			cycles += 10
		}
		p := s.Append(at(time.Duration(i)*100*time.Millisecond, 1, values{profiler.GCCycles: cycles}))
		got := p.Figures[profiler.FigGCRate]
		if want := 10.0; i >= 10 && got != want {
			t.Fatalf("reading %d shows %v cycles a second, want %v", i, got, want)
		}
		if i < 9 && profiler.Known(got) {
			t.Fatalf("reading %d shows %v cycles a second with less than a second behind it", i, got)
		}
	}
}

func TestAGapLeavesTheRateUnknown(t *testing.T) {
	s := profiler.NewSeries()
	feed(s, 1, 0, 2*time.Second, 100*time.Millisecond)
	for d := 10 * time.Second; d < 10*time.Second+900*time.Millisecond; d += 100 * time.Millisecond {
		p := s.Append(at(d, 1, values{profiler.AllocBytes: float64(d.Milliseconds())}))
		if got := p.Figures[profiler.FigAllocBytes]; profiler.Known(got) {
			t.Fatalf("%v after the start the rate is %v, taken over a gap of 8 s", d, got)
		}
	}
	p := s.Append(at(11*time.Second, 1, values{profiler.AllocBytes: 11000}))
	if got := p.Figures[profiler.FigAllocBytes]; got != 1000 {
		t.Errorf("a second after the gap the rate is %v, want 1000", got)
	}
}

// An instant at which the process said nothing is a hole; the readings a
// second after it are not.
func TestAStutterLeavesOneHole(t *testing.T) {
	s := profiler.NewSeries()
	feed(s, 1, 0, 3*time.Second, 100*time.Millisecond)
	if p := s.Append(at(3*time.Second, 1, values{profiler.LoadAnswered: 1})); profiler.Known(p.Figures[profiler.FigAllocBytes]) {
		t.Errorf("a silent instant shows the rate %v", p.Figures[profiler.FigAllocBytes])
	}
	for d := 3100 * time.Millisecond; d < 5*time.Second; d += 100 * time.Millisecond {
		p := s.Append(at(d, 1, values{profiler.AllocBytes: float64(d.Milliseconds())}))
		if got := p.Figures[profiler.FigAllocBytes]; math.Round(got) != 1000 {
			t.Errorf("%v after the start the rate is %v, want 1000", d, got)
		}
	}
}

func TestARestartIsABreak(t *testing.T) {
	s := profiler.NewSeries()
	load := func(d time.Duration) float64 { return float64(d.Milliseconds()) / 10 }
	for d := time.Duration(0); d < 20*time.Second; d += 100 * time.Millisecond {
		generation, alloc := uint32(1), float64(d.Milliseconds())
		if d >= 10*time.Second {
			generation, alloc = 2, float64((d - 10*time.Second).Milliseconds())
		}
		p := s.Append(at(d, generation, values{profiler.AllocBytes: alloc, profiler.LoadAnswered: load(d)}))
		if rate := p.Figures[profiler.FigAllocBytes]; rate < 0 {
			t.Fatalf("%v after the start the rate is %v", d, rate)
		}
		if sent := p.Figures[profiler.FigRequests]; d >= time.Second && sent != 100 {
			t.Fatalf("%v after the start %v requests are answered a second, want 100 across the restart", d, sent)
		}
	}
}

func TestReadingsAreAsAppended(t *testing.T) {
	s := profiler.NewSeries()
	feed(s, 1, 0, 10*time.Minute, 100*time.Millisecond)
	all := s.Readings(time.Time{})
	if len(all) != 3000 {
		t.Errorf("%d readings are kept, want five minutes of them, 3000", len(all))
	}
	late := s.Readings(noon.Add(10*time.Minute - time.Second))
	if len(late) != 10 || late[0].Get(profiler.AllocBytes) != 599_000 {
		t.Errorf("%d readings of the last second, the first with %v, want 10 and 599000",
			len(late), late[0].Get(profiler.AllocBytes))
	}
}

// Two days pass. The rings were made once, so nothing may be larger on the
// second evening than on the first.
func TestASeriesDoesNotGrow(t *testing.T) {
	s := profiler.NewSeries()
	bound := s.MaxBytes()
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := live()
	liveADay(s, 0)
	first := live()
	liveADay(s, day)
	second := live()
	if grown := first - before; grown > bound {
		t.Errorf("a day takes %d bytes more than none, MaxBytes says %d", grown, bound)
	}
	if grown := second - first; grown > 256<<10 {
		t.Errorf("the second day takes %d bytes more than the first", grown)
	}
	if s.MaxBytes() != bound {
		t.Errorf("MaxBytes went from %d to %d", bound, s.MaxBytes())
	}
	w := s.Window(noon.Add(2*day), 3*day)
	if n := len(w.At); n != 8640 || w.At[0].Before(noon.Add(day)) {
		t.Errorf("%d points since %v are kept, want the last day's 8640", n, w.At[0])
	}
}

// liveADay appends a day of readings, enough to fill every ring, with the
// marks and the switches of a busy class.
func liveADay(s *profiler.Series, from time.Duration) {
	for d := from; d < from+day; d += 5 * time.Second {
		s.Append(at(d, 1, values{profiler.AllocBytes: float64(d.Milliseconds())}))
		if d%(30*time.Second) == 0 {
			s.Mark(profiler.Mark{At: noon.Add(d), Kind: profiler.MarkNote, Text: "something happened"})
		}
		if d%time.Minute == 0 {
			s.Begin(noon.Add(d), "set-per-request", 1)
		}
	}
}

func TestAppendDoesNotAllocate(t *testing.T) {
	s := profiler.NewSeries()
	d := time.Duration(0)
	if got := testing.AllocsPerRun(1000, func() {
		d += 100 * time.Millisecond
		s.Append(at(d, 1, nil))
	}); got != 0 {
		t.Errorf("Append allocates %v objects, want 0", got)
	}
}

func TestASeriesIsReadWhileItIsWritten(t *testing.T) {
	s := profiler.NewSeries()
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				w := s.Window(noon.Add(time.Minute), 5*time.Minute)
				for i := 1; i < len(w.At); i++ {
					if w.At[i].Before(w.At[i-1]) {
						t.Errorf("point %d is older than the one before", i)
						return
					}
				}
				s.Latest()
				s.Marks(noon)
				s.Spans(noon)
			}
		})
	}
	for i := range 300 {
		d := time.Duration(i) * 100 * time.Millisecond
		feed(s, 1, d, d+1, time.Second)
		s.Mark(profiler.Mark{At: noon.Add(d)})
		s.Begin(noon.Add(d), "list-scan", 1)
	}
	close(done)
	readers.Wait()
}
