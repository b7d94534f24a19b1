package lesson

import (
	"math"
	"strings"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
)

func known(v float64, write func(float64) string) string {
	if !profiler.Known(v) || math.IsInf(v, 0) {
		return ""
	}
	return write(v)
}

func gauge(f profiler.Figure, write func(float64) string) func(*Seen) string {
	return func(s *Seen) string { return known(s.Figures[f], write) }
}

// judged holds words of a verdict back until there is one.
func judged(s *Seen, words string) string {
	if s.Verdict.Word == verdict.Insufficient {
		return ""
	}
	return words
}

func costs(strategy string) func(*Seen) string {
	return func(s *Seen) string {
		if score := s.score(strategy); score != nil {
			return estimate(score.BytesPerRequest)
		}
		return ""
	}
}

func estimate(iv *diff.Interval) string { return units.ByteEstimate(iv.Low, iv.Estimate, iv.High) }

// share is what one allocates for each request, of what another does.
func share(strategy, of string) func(*Seen) string {
	return func(s *Seen) string {
		a, b := s.score(strategy), s.score(of)
		if a == nil || b == nil || b.BytesPerRequest.Estimate <= 0 {
			return ""
		}
		return units.Percent(a.BytesPerRequest.Estimate / b.BytesPerRequest.Estimate)
	}
}

func (s *Seen) setsPerMinute() float64 {
	n, took := s.over(profiler.SetsBuilt, countedOver)
	return 60 * n / took
}

// perWaiting is what is alive for each request in flight.
func (s *Seen) perWaiting() float64 {
	if waiting := s.Figures[profiler.FigInFlight]; waiting >= 1 {
		return s.Figures[profiler.FigFloor] / waiting
	}
	return profiler.Unknown
}

// secondsToFill says how soon the memory limit would be reached if nothing
// that is allocated were ever freed.
func (s *Seen) secondsToFill() float64 {
	if rate := s.Figures[profiler.FigAllocBytes]; rate > 0 && s.State.Limits.MemoryLimit > 0 {
		return float64(s.State.Limits.MemoryLimit) / rate
	}
	return profiler.Unknown
}

// short is a function's name without where its package is.
func short(function string) string { return function[strings.LastIndexByte(function, '/')+1:] }

// mebibytes writes a limit as it is set.
func mebibytes(v float64) string { return units.Count(v/(1<<20)) + "\u00a0MiB" }
