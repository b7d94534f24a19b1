package profiler

import (
	"slices"
	"time"
)

// Mark records that something happened and returns the mark with its id. The
// oldest marks are forgotten beyond a fixed number.
func (s *Series) Mark(m Mark) Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	m.ID = s.lastID
	if len(s.marks) == maxMarks {
		s.marks = slices.Delete(s.marks, 0, 1)
	}
	s.marks = append(s.marks, m)
	return m
}

// Marks returns the marks not older than from, oldest first.
func (s *Series) Marks(from time.Time) []Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, _ := slices.BinarySearchFunc(s.marks, from, func(m Mark, t time.Time) int { return m.At.Compare(t) })
	return slices.Clone(s.marks[i:])
}

// Begin says that from at on strategy runs in a life of the process; the span
// before it ends there. An empty strategy only ends the one before.
func (s *Series) Begin(at time.Time, strategy string, generation uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.spans); n > 0 && s.spans[n-1].To.IsZero() {
		s.spans[n-1].To = at
	}
	if strategy == "" {
		return
	}
	if len(s.spans) == maxSpans {
		s.spans = slices.Delete(s.spans, 0, 1)
	}
	s.spans = append(s.spans, Span{From: at, Strategy: strategy, Generation: generation})
}

// Spans returns the spans that reach past from, oldest first.
func (s *Series) Spans(from time.Time) []Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Span
	for _, sp := range s.spans {
		if sp.To.IsZero() || sp.To.After(from) {
			out = append(out, sp)
		}
	}
	return out
}
