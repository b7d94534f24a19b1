package profiler

import "time"

// A Window is a stretch of a series, column by column, as charts want it.
type Window struct {
	Every      time.Duration // between two points
	At         []time.Time
	Generation []uint32
	Values     [NumFigures][]float64
	Min, Max   map[Figure][]float64 // extremes inside each interval; nil at full resolution
}

// Window returns the last span before now in the finest tier that covers it:
// 10 Hz up to five minutes, 1 Hz up to an hour, 0.1 Hz up to a day.
func (s *Series) Window(now time.Time, span time.Duration) Window {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.full
	if span > 5*time.Minute {
		t = s.second
	}
	if span > time.Hour {
		t = s.coarse
	}
	first := t.since(now.Add(-span))
	w := newWindow(t, t.size-first, t != s.full)
	for i := first; i < t.size; i++ {
		w.add(pointAt(t, i), t.at(i))
	}
	if t.size > 0 {
		w.Every = max(w.Every, t.at(t.size-1).last.Every)
	}
	return w
}

func newWindow(t *tier, n int, envelope bool) Window {
	w := Window{Every: t.every, At: make([]time.Time, 0, n), Generation: make([]uint32, 0, n)}
	for f := range w.Values {
		w.Values[f] = make([]float64, 0, n)
	}
	if envelope {
		w.Min, w.Max = make(map[Figure][]float64), make(map[Figure][]float64)
	}
	return w
}

func (w *Window) add(p Point, b *bucket) {
	w.At = append(w.At, p.At)
	w.Generation = append(w.Generation, p.Generation)
	for f, v := range p.Figures {
		w.Values[f] = append(w.Values[f], v)
	}
	if w.Min == nil {
		return
	}
	for i, e := range enveloped {
		w.Min[e.figure] = append(w.Min[e.figure], b.min[i])
		w.Max[e.figure] = append(w.Max[e.figure], b.max[i])
	}
}
