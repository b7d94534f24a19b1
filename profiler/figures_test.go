package profiler_test

import (
	"math"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

// noon lies on a boundary of every tier.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// values are the known metrics of a reading.
type values map[profiler.Metric]float64

// at builds a reading some time after noon in which only v is known.
func at(after time.Duration, generation uint32, v values) profiler.Reading {
	r := profiler.NewReading(noon.Add(after), generation)
	for m, x := range v {
		r.Set(m, x)
	}
	return r
}

// same compares two numbers, of which both may be unknown.
func same(got, want float64) bool {
	return got == want || !profiler.Known(got) && !profiler.Known(want)
}

func TestDerive(t *testing.T) {
	first := func(v values) *profiler.Reading { r := at(0, 1, v); return &r }
	later := func(generation uint32, v values) profiler.Reading { return at(2*time.Second, generation, v) }
	tests := []struct {
		name   string
		prev   *profiler.Reading
		cur    profiler.Reading
		figure profiler.Figure
		want   float64
	}{
		{"a gauge is drawn as it was read", nil, later(1, values{profiler.HeapLive: 7}), profiler.FigFloor, 7},
		{"a gauge that was not read stays unknown", nil, later(1, nil), profiler.FigFloor, profiler.Unknown},
		{"a counter alone has no rate", nil, later(1, values{profiler.AllocBytes: 500}), profiler.FigAllocBytes, profiler.Unknown},
		{"a rate is per second",
			first(values{profiler.AllocBytes: 100}), later(1, values{profiler.AllocBytes: 500}), profiler.FigAllocBytes, 200},
		{"a counter that stands still has the rate 0",
			first(values{profiler.SetsBuilt: 9}), later(1, values{profiler.SetsBuilt: 9}), profiler.FigSets, 0},
		{"a counter that was reset has no rate",
			first(values{profiler.AllocBytes: 500}), later(1, values{profiler.AllocBytes: 100}), profiler.FigAllocBytes, profiler.Unknown},
		{"a counter unknown before has no rate",
			first(nil), later(1, values{profiler.AllocBytes: 500}), profiler.FigAllocBytes, profiler.Unknown},
		{"a counter unknown now has no rate",
			first(values{profiler.AllocBytes: 500}), later(1, nil), profiler.FigAllocBytes, profiler.Unknown},
		{"a restart ends the rate even when the counter is higher",
			first(values{profiler.AllocBytes: 100}), later(2, values{profiler.AllocBytes: 500}), profiler.FigAllocBytes, profiler.Unknown},
		{"allocation is shared out among the requests",
			first(values{profiler.AllocBytes: 0, profiler.Requests: 10}),
			later(1, values{profiler.AllocBytes: 800, profiler.Requests: 14}), profiler.FigAllocPerRequest, 200},
		{"without a request nothing is per request",
			first(values{profiler.AllocBytes: 0, profiler.Requests: 10}),
			later(1, values{profiler.AllocBytes: 800, profiler.Requests: 10}), profiler.FigAllocPerRequest, profiler.Unknown},
		{"the collector's share is of the CPU there was",
			first(values{profiler.GCCycles: 4, profiler.GCCPU: 1, profiler.TotalCPU: 10}),
			later(1, values{profiler.GCCycles: 5, profiler.GCCPU: 1.5, profiler.TotalCPU: 12}), profiler.FigGCCPU, 0.25},
		{"a time in which no cycle ended had no collector",
			first(values{profiler.GCCycles: 4, profiler.GCCPU: 1, profiler.TotalCPU: 10}),
			later(1, values{profiler.GCCycles: 4, profiler.GCCPU: 1, profiler.TotalCPU: 10}), profiler.FigGCCPU, 0},
		{"a process that does not tell its CPU has an unknown share",
			first(values{profiler.GCCycles: 4}), later(1, values{profiler.GCCycles: 4}), profiler.FigGCCPU, profiler.Unknown},
		{"assists are a share of their own",
			first(values{profiler.GCCycles: 4, profiler.GCAssistCPU: 0, profiler.TotalCPU: 10}),
			later(1, values{profiler.GCCycles: 9, profiler.GCAssistCPU: 1, profiler.TotalCPU: 12}), profiler.FigAssistCPU, 0.5},
		{"the load's view of the requests comes first",
			first(values{profiler.LoadAnswered: 0, profiler.Requests: 0}),
			later(1, values{profiler.LoadAnswered: 20, profiler.Requests: 30}), profiler.FigRequests, 10},
		{"without a load the service is believed",
			first(values{profiler.Requests: 0}), later(1, values{profiler.Requests: 30}), profiler.FigRequests, 15},
		{"the load's rate survives a restart of the process",
			first(values{profiler.LoadErrors: 0}), later(2, values{profiler.LoadErrors: 30}), profiler.FigErrors, 15},
		{"the service's does not",
			first(values{profiler.Errors: 0}), later(2, values{profiler.Errors: 30}), profiler.FigErrors, profiler.Unknown},
		{"nobody but the load knows a wrong decision",
			first(values{profiler.Errors: 0}), later(1, values{profiler.Errors: 30}), profiler.FigWrong, profiler.Unknown},
		{"latency is the load's where there is one",
			nil, later(1, values{profiler.LoadP99: 3, profiler.ServiceP99: 1}), profiler.FigLatencyP99, 3},
		{"latency is the service's where there is none",
			nil, later(1, values{profiler.ServiceP50: 1}), profiler.FigLatencyP50, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := profiler.Derive(tt.prev, &tt.cur)[tt.figure]; !same(got, tt.want) {
				t.Errorf("%v = %v, want %v", tt.figure, got, tt.want)
			}
		})
	}
}

// A clock that stands still or runs backwards must not divide by zero.
func TestRatesNeedTimeToPass(t *testing.T) {
	for _, dt := range []time.Duration{0, -time.Second} {
		prev, cur := at(0, 1, values{profiler.AllocBytes: 1}), at(dt, 1, values{profiler.AllocBytes: 2})
		if got := profiler.Derive(&prev, &cur)[profiler.FigAllocBytes]; profiler.Known(got) {
			t.Errorf("after %v the rate is %v, want unknown", dt, got)
		}
	}
}

// Whatever two readings hold, no rate and no share is negative or infinite.
func TestNoFigureIsEverNegative(t *testing.T) {
	extremes := []float64{0, 1, 1 << 53, 1e18, profiler.Unknown}
	for _, before := range extremes {
		for _, after := range extremes {
			prev, cur := at(0, 1, nil), at(100*time.Millisecond, 1, nil)
			for m := range profiler.NumMetrics {
				prev.Set(m, before)
				cur.Set(m, after)
			}
			for f, v := range profiler.Derive(&prev, &cur) {
				if v < 0 || math.IsInf(v, 0) {
					t.Errorf("%v from %v to %v is %v", profiler.Figure(f), before, after, v)
				}
			}
		}
	}
}
