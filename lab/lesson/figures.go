package lesson

import (
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
)

// NotMeasured stands where the lab has not seen enough to give a figure.
const NotMeasured = "not measured yet"

// countedOver is for how long, in seconds, what is counted is counted.
const countedOver = 4

// figures are what prose may have filled in, by name. What is not known is "".
var figures = map[string]func(*Seen) string{
	"floor":           gauge(profiler.FigFloor, units.Bytes),
	"limit":           gauge(profiler.FigLimit, mebibytes),
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
	"holder": func(s *Seen) string {
		if len(s.Verdict.Suspects) == 0 {
			return ""
		}
		return short(s.Verdict.Suspects[0].Holder)
	},
	"kills": func(s *Seen) string { return units.Count(float64(s.State.OOMKills)) },

	"rule:rss":         alert("rss"),
	"rule:floor-rises": alert("floor-rises"),
	"rule:per-request": alert("per-request"),
	"rule:in-flight":   alert("in-flight"),

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
