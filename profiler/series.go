package profiler

import (
	"sync"
	"time"
	"unsafe"
)

const (
	// rateOver is the time a rate is taken over at full resolution. Collections
	// come in bursts: over a tenth of a second, ten a second would read as 0 or 10.
	rateOver = time.Second

	// A reading older than this many rate spans, or times until the next was due,
	// says nothing about the present.
	staleAfter = 3

	maxMarks = 2000 // a day of 30 s snapshots is 2 880; the oldest marks go first
	maxSpans = 500
)

// A Series remembers one target: readings at full rate for five minutes, a
// reading a second for an hour, one in ten seconds for a day, and the marks.
// One goroutine appends; any may read. Its size is fixed: see MaxBytes.
type Series struct {
	mu     sync.Mutex
	full   *tier // as appended, 10 Hz
	second *tier
	coarse *tier
	marks  []Mark // oldest first
	lastID uint64
	spans  []Span // oldest first, the last one open
}

// fullEvery is the rate of the finest tier.
const fullEvery = 100 * time.Millisecond

// NewSeries returns an empty series.
func NewSeries() *Series {
	return &Series{
		full:   newTier(fullEvery, 5*time.Minute, false),
		second: newTier(time.Second, time.Hour, true),
		coarse: newTier(10*time.Second, 24*time.Hour, true),
	}
}

// A Point is one instant of a window.
type Point struct {
	At         time.Time
	Generation uint32
	Every      time.Duration // until the next is due
	Figures    Figures
}

// Append adds a reading, which must not be older than the one before, and
// returns what is to be drawn for it.
func (s *Series) Append(r Reading) Point {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.full.add(&r)
	s.second.add(&r)
	s.coarse.add(&r)
	return pointAt(s.full, s.full.size-1)
}

// pointAt derives the point at bucket i.
func pointAt(t *tier, i int) Point {
	cur := &t.at(i).last
	return Point{At: cur.At, Generation: cur.Generation, Every: cur.Every, Figures: Derive(t.before(i), cur)}
}

// before returns the reading that the rates at i are taken from: the youngest
// that is at least rateOver (or one interval) older, nil when there is none
// near enough. An instant at which the process said nothing has no counters,
// so it serves only another such instant.
func (t *tier) before(i int) *Reading {
	cur := &t.at(i).last
	over := max(rateOver, t.every) - t.every/2
	for j := i - 1; j >= 0; j-- {
		prev := &t.at(j).last
		age := cur.At.Sub(prev.At)
		if age > staleAfter*max(rateOver, t.every, cur.Every) {
			return nil
		}
		if age < over || Known(cur.Get(AllocBytes)) && !Known(prev.Get(AllocBytes)) {
			continue
		}
		return prev
	}
	return nil
}

// Latest returns the newest reading and its figures, and whether there is one.
func (s *Series) Latest() (Reading, Figures, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full.size == 0 {
		return Reading{}, Figures{}, false
	}
	last := s.full.size - 1
	return s.full.at(last).last, pointAt(s.full, last).Figures, true
}

// Readings returns the readings not older than from at full resolution, oldest
// first; at most five minutes of them exist.
func (s *Series) Readings(from time.Time) []Reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Reading
	for i := s.full.since(from); i < s.full.size; i++ {
		out = append(out, s.full.at(i).last)
	}
	return out
}

// MaxBytes is what a full series takes.
func (s *Series) MaxBytes() int64 {
	n := len(s.full.buckets) + len(s.second.buckets) + len(s.coarse.buckets)
	return int64(n)*int64(unsafe.Sizeof(bucket{})) + maxMarks*int64(unsafe.Sizeof(Mark{})) + maxSpans*int64(unsafe.Sizeof(Span{}))
}
