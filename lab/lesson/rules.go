package lesson

import (
	"fmt"
	"math"
	"time"

	"github.com/leakline/leakline/profiler"
)

// A rule is an alert as a monitoring system would have it. It is held against
// what was read of the strategy that decides, a reading a second, oldest first.
type rule func(past []profiler.Reading) bool

const (
	stretch  = 3   // readings, of which the lowest floor counts
	rises    = 2   // stretches in a row that have to be higher
	leastUp  = 5e6 // bytes that the floor has to have risen by, so that noise is none
	nearFull = 0.8 // of the memory limit
	tooDear  = 500e3
	tooMany  = 20 // requests in flight
)

var rules = map[string]rule{
	"rss": func(past []profiler.Reading) bool {
		r := &past[len(past)-1]
		return r.Get(profiler.RSS) > nearFull*r.Get(profiler.MemoryLimit)
	},
	"floor-rises": floorRises,
	"per-request": func(past []profiler.Reading) bool {
		if len(past) <= stretch {
			return false
		}
		last, first := &past[len(past)-1], &past[len(past)-1-stretch]
		requests := last.Get(profiler.Requests) - first.Get(profiler.Requests)
		return requests > 0 && (last.Get(profiler.AllocBytes)-first.Get(profiler.AllocBytes))/requests > tooDear
	},
	"in-flight": func(past []profiler.Reading) bool { return past[len(past)-1].Get(profiler.InFlight) > tooMany },
}

func floorRises(past []profiler.Reading) bool {
	const span = stretch * (rises + 1)
	if len(past) < span {
		return false
	}
	past = past[len(past)-span:]
	var lows []float64
	for i := 0; i < span; i += stretch {
		low := math.Inf(1)
		for j := range stretch {
			low = min(low, past[i+j].Get(profiler.HeapLive))
		}
		if len(lows) > 0 && low <= lows[len(lows)-1] {
			return false
		}
		lows = append(lows, low)
	}
	return lows[rises]-lows[0] > leastUp
}

// fired says how long after the strategy had begun a rule fired first; ok is
// false when it has not.
func (s *Seen) fired(name string) (after time.Duration, ok bool) {
	for i := range s.Run {
		if rules[name](s.Run[:i+1]) {
			return s.Run[i].At.Sub(s.Began), true
		}
	}
	return 0, false
}

// silentFor says for how long it was tried.
func (s *Seen) silentFor() time.Duration {
	if len(s.Run) == 0 {
		return 0
	}
	return s.Run[len(s.Run)-1].At.Sub(s.Began)
}

// alert is the figure that says how a rule did.
func alert(name string) func(*Seen) string {
	return func(s *Seen) string {
		if after, ok := s.fired(name); ok {
			return "fires after " + wholeSeconds(after)
		}
		return "silent for " + wholeSeconds(s.silentFor())
	}
}

// wholeSeconds writes a time that was seen second by second.
func wholeSeconds(d time.Duration) string { return fmt.Sprintf("%.0f\u00a0s", d.Seconds()) }
