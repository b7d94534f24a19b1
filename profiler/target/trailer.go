package target

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler"
)

// MemStats are the runtime's figures as a stranger states them. What it does
// not state is profiler.Unknown.
type MemStats struct {
	HeapAlloc, NextGC, Sys, HeapReleased float64 // bytes
	TotalAlloc, Mallocs                  float64 // bytes and objects allocated so far
	NumGC                                float64 // cycles ended so far
	RSS, MaxRSS                          float64 // bytes: now, and the most so far
	Goroutines                           float64 // how many
	GOGC                                 float64 // percent
	Rate                                 float64 // bytes between the samples of the heap profile
}

func unknownMemStats() MemStats {
	u := profiler.Unknown
	return MemStats{u, u, u, u, u, u, u, u, u, u, u, u}
}

// ErrNoTrailer reports a heap profile in text that does not end in MemStats.
var ErrNoTrailer = errors.New("this is no heap profile of Go in text form: it has no runtime.MemStats")

// Heap is one look at a stranger's heap.
type Heap struct {
	Profile Answer // gzipped protobuf, as sent
	MemStats
	Exact bool          // HeapAlloc was read right after a collection
	Took  time.Duration // of both answers
}

// Heap reads MemStats, right after a collection if gc is true, and then the
// profile that this collection made current. The text carries MemStats: the
// runtime reads it first and writes the rest afterwards.
func (s *Stranger) Heap(ctx context.Context, gc bool) (Heap, error) {
	query := url.Values{"debug": {"1"}}
	if gc {
		query.Set("gc", "1")
	}
	text, err := s.Profile(ctx, "heap", query)
	if err != nil {
		return Heap{}, err
	}
	stats, err := parseTrailer(text.Body)
	if err != nil {
		return Heap{}, err
	}
	s.ratio.learn(stats, gc)
	profile, err := s.Profile(ctx, "heap", nil)
	if err != nil {
		return Heap{}, err
	}
	profile.At = text.At
	return Heap{Profile: profile, MemStats: stats, Exact: gc, Took: text.Took + profile.Took}, nil
}

// parseTrailer reads the lines "# HeapAlloc = 1234" that follow
// "# runtime.MemStats".
func parseTrailer(text []byte) (MemStats, error) {
	at := bytes.LastIndex(text, []byte("\n# runtime.MemStats\n"))
	if at < 0 {
		return MemStats{}, ErrNoTrailer
	}
	m := unknownMemStats()
	m.Rate = parseRate(text)
	fields := map[string]*float64{
		"HeapAlloc": &m.HeapAlloc, "NextGC": &m.NextGC, "Sys": &m.Sys, "HeapReleased": &m.HeapReleased,
		"TotalAlloc": &m.TotalAlloc, "Mallocs": &m.Mallocs, "NumGC": &m.NumGC, "MaxRSS": &m.MaxRSS,
	}
	lines := bufio.NewScanner(bytes.NewReader(text[at+1:]))
	for lines.Scan() { // a line beyond Scanner's bound ends it: PauseNs is 256 numbers at most
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "# "), " = ")
		into := fields[name]
		if !ok || into == nil {
			continue
		}
		if n, err := strconv.ParseUint(value, 10, 64); err == nil {
			*into = float64(n)
		}
	}
	return m, nil
}

// parseRate reads the end of the first line, "heap profile: 1: 2 [3: 4] @
// heap/1048576", which is twice the sampling rate (runtime/pprof, writeHeapInternal).
func parseRate(text []byte) float64 {
	first, _, _ := bytes.Cut(text[:min(len(text), 256)], []byte("\n"))
	_, twice, ok := bytes.Cut(first, []byte(" @ heap/"))
	n, err := strconv.ParseInt(string(twice), 10, 64)
	if !ok || err != nil || n <= 0 {
		return profiler.Unknown
	}
	return float64(n / 2)
}

// splitQuery parts "debug/pprof/heap?debug=1".
func splitQuery(where string) (path string, query url.Values) {
	path, raw, _ := strings.Cut(where, "?")
	query, _ = url.ParseQuery(raw)
	return path, query
}

// Goroutines asks for the stack of every goroutine, with its identity; with gc
// for the runtime's finding which of them leaked too, where it was built to look
// (Go 1.26 with GOEXPERIMENT=goroutineleakprofile): that takes a collection.
func (s *Stranger) Goroutines(ctx context.Context, gc bool) (Answer, error) {
	if gc && !s.noLeak.Load() {
		a, err := s.Profile(ctx, "goroutineleak", url.Values{"debug": {"2"}})
		if !errors.Is(err, ErrAbsent) {
			return a, err
		}
		s.noLeak.Store(true)
	}
	return s.Profile(ctx, "goroutine", url.Values{"debug": {"2"}})
}

// CountGoroutines asks for how many there are, which costs little even when
// they are many: equal stacks are written once.
func (s *Stranger) CountGoroutines(ctx context.Context) (int, error) {
	a, err := s.Profile(ctx, "goroutine", url.Values{"debug": {"1"}})
	if err != nil {
		return 0, err
	}
	head, _, _ := strings.Cut(string(a.Body[:min(len(a.Body), 128)]), "\n")
	count, ok := strings.CutPrefix(head, "goroutine profile: total ")
	n, err := strconv.Atoi(count)
	if !ok || err != nil {
		return 0, errors.New("this is no goroutine profile of Go in text form")
	}
	return n, nil
}
