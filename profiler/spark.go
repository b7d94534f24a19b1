package profiler

import "time"

// Spark returns a gauge over the last span in n pieces of equal length, oldest
// first: in each the last that was known, Unknown where nothing was. It costs a
// look at each reading of the span and no more, for a page that shows a hundred
// of them.
func (s *Series) Spark(m Metric, now time.Time, span time.Duration, n int) []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	spark := make([]float64, n)
	for i := range spark {
		spark[i] = Unknown
	}
	t := s.full
	if span > 5*time.Minute {
		t = s.second
	}
	if span > time.Hour {
		t = s.coarse
	}
	from := now.Add(-span)
	for i := t.since(from); i < t.size; i++ {
		r := &t.at(i).last
		if at := int(int64(n) * int64(r.At.Sub(from)) / int64(span)); at >= 0 && at < n && Known(r.Get(m)) {
			spark[at] = r.Get(m)
		}
	}
	return spark
}
