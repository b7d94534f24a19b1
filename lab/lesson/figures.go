package lesson

import (
	"math"
	"strings"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
)

// NotMeasured stands where the lab has not seen enough to give a figure.
const NotMeasured = "not measured yet"

// countedOver is for how long, in seconds, what is counted is counted.
const countedOver = 4

// figures are what prose may have filled in, by name. What is not known is "".
var figures = map[string]func(*Seen) string{
	"floor":           gauge(profiler.FigFloor, units.Bytes),
	"rss":             gauge(profiler.FigRSS, units.Bytes),
	"allocated":       gauge(profiler.FigAllocBytes, units.BytesPerSecond),
	"per_request":     gauge(profiler.FigAllocPerRequest, units.Bytes),
	"gc_per_s":        gauge(profiler.FigGCRate, units.Number),
	"gc_cpu":          gauge(profiler.FigGCCPU, units.Percent),
	"in_flight":       gauge(profiler.FigInFlight, units.Count),
	"goroutines":      gauge(profiler.FigGoroutines, units.Count),
	"sets_per_minute": func(s *Seen) string { return known(s.setsPerMinute(), units.Count) },
	"per_waiting":     func(s *Seen) string { return known(s.perWaiting(), units.Bytes) },
	"wrong":           func(s *Seen) string { n, _ := s.over(profiler.LoadWrong, countedOver); return known(n, units.Count) },
	"seconds_to_fill": func(s *Seen) string { return known(s.secondsToFill(), units.Seconds) },

	"verdict":  func(s *Seen) string { return judged(s, string(s.Verdict.Word)) },
	"sentence": func(s *Seen) string { return judged(s, s.Verdict.Summary) },
	"cycles": func(s *Seen) string {
		if s.Verdict.GCCycles == nil {
			return ""
		}
		return units.Count(*s.Verdict.GCCycles)
	},
	"growth": func(s *Seen) string {
		if g := s.Verdict.Growth; g != nil {
			return units.SignedBytes(g.Estimate) + "/s"
		}
		return ""
	},
	"suspect": func(s *Seen) string {
		if len(s.Verdict.Suspects) == 0 {
			return ""
		}
		return short(s.Verdict.Suspects[0].Function)
	},

	"bytes:set-per-request": costs("set-per-request"),
	"bytes:list-scan":       costs("list-scan"),
	"bytes:redis-sismember": costs("redis-sismember"),
	"share:list-scan":       share("list-scan", "set-per-request"),
	"share:redis-sismember": share("redis-sismember", "set-per-request"),
}

// Figure returns the figure of that name in words.
func (s *Seen) Figure(name string) string {
	if f := figures[name]; f != nil {
		if text := f(s); text != "" {
			return text
		}
	}
	return NotMeasured
}

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
