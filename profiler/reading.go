package profiler

import (
	"math"
	"time"
)

// Unknown is the value of a metric that could not be read. It is never zero:
// a zero is a measurement.
var Unknown = math.NaN()

// Known reports whether v was measured.
func Known(v float64) bool { return v == v }

// A Reading is what one process said of itself at one instant. float64 holds
// every count up to 2⁵³ exactly, which is nine petabytes.
type Reading struct {
	At         time.Time     // the observer's clock, when the reading arrived
	Generation uint32        // which life of the process, 1 for the first
	Every      time.Duration // until the next is due; zero for as soon as can be drawn
	Values     [NumMetrics]float64
}

// NewReading returns a reading of which everything is unknown.
func NewReading(at time.Time, generation uint32) Reading {
	r := Reading{At: at, Generation: generation}
	for m := range r.Values {
		r.Values[m] = Unknown
	}
	return r
}

// Get returns a metric, which may be Unknown.
func (r *Reading) Get(m Metric) float64 { return r.Values[m] }

// Set sets a metric.
func (r *Reading) Set(m Metric, v float64) { r.Values[m] = v }

// A Process says who is being watched: the first line of an agent's stream.
type Process struct {
	PID            int       `json:"pid"`
	Start          time.Time `json:"start"`
	GoVersion      string    `json:"go_version"`
	Build          string    `json:"build"` // main module and version
	GOMAXPROCS     int       `json:"gomaxprocs"`
	MemProfileRate int       `json:"mem_profile_rate"` // bytes between samples
	GOGC           int       `json:"gogc"`             // percent, -1 when off
	GoMemLimit     *int64    `json:"gomemlimit"`       // bytes, null when off
	MemoryLimit    *int64    `json:"memory_limit"`     // bytes, null when none is known
}
