package metrics

import (
	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
)

var statuses = []target.Status{target.Starting, target.Running, target.Draining, target.BackingOff, target.Halted}

// ofTarget is one patient and its load. Counters of the patient begin again
// with each of its lives; those of the load do not.
var ofTarget = []metric{
	gauge("patient_generation", "Lives of the patient so far.", life(func(s *lab.State) uint32 { return s.Generation })),
	gauge("patient_start_time_seconds", "When the present life became ready, in Unix time.", readySince),
	counter("patient_restarts_total", "Restarts of the patient.", life(func(s *lab.State) int { return s.Restarts })),
	counter("patient_oom_kills_total", "Lives that ended for want of memory.",
		life(func(s *lab.State) int { return s.OOMKills })),

	gauge("patient_floor_bytes", "Memory alive after the last collection.", reading(profiler.HeapLive)),
	gauge("patient_in_use_bytes", "Heap in use.", reading(profiler.HeapInUse)),
	gauge("patient_goal_bytes", "Heap at which the present collection aims to end.", reading(profiler.HeapGoal)),
	gauge("patient_rss_bytes", "Memory resident, as the kernel counts it.", reading(profiler.RSS)),
	gauge("patient_limit_bytes", "Memory at which the patient is killed.", reading(profiler.MemoryLimit)),
	counter("patient_allocated_bytes_total", "Memory allocated in this life.", reading(profiler.AllocBytes)),
	counter("patient_allocated_objects_total", "Objects allocated in this life.", reading(profiler.AllocObjects)),
	counter("patient_gc_cycles_total", "Collections in this life.", reading(profiler.GCCycles)),
	counter("patient_gc_cpu_seconds_total", "CPU time spent collecting in this life.", reading(profiler.GCCPU)),
	gauge("patient_goroutines", "Goroutines of the patient.", reading(profiler.Goroutines)),
	counter("patient_requests_total", "Requests that the patient answered in this life.", reading(profiler.Requests)),
	counter("patient_errors_total", "Requests that the patient failed in this life.", reading(profiler.Errors)),
	gauge("patient_in_flight_requests", "Requests being served.", reading(profiler.InFlight)),
	counter("patient_sets_built_total", "Sets of risky users built in this life, counted.", reading(profiler.SetsBuilt)),

	counter("load_sent_total", "Payments sent by the load generator.",
		load(func(c lab.LoadCounts) uint64 { return c.Sent })),
	counter("load_answered_total", "Payments answered with a decision.",
		load(func(c lab.LoadCounts) uint64 { return c.Answered })),
	counter("load_errors_total", "Payments that got no decision.",
		load(func(c lab.LoadCounts) uint64 { return c.Errors })),
	counter("load_wrong_total", "Payments answered with the wrong decision.",
		load(func(c lab.LoadCounts) uint64 { return c.Wrong })),
	counter("load_skipped_total", "Payments due and not sent, because too many waited.",
		load(func(c lab.LoadCounts) uint64 { return c.Skipped })),
	gauge("load_latency_p50_seconds", "Median time to an answer in the last second.", reading(profiler.LoadP50)),
	gauge("load_latency_p99_seconds", "Time to an answer in the last second that 99 of 100 keep.",
		reading(profiler.LoadP99)),
}

func reading(m profiler.Metric) func(*instant) float64 {
	return func(n *instant) float64 { return n.reading.Get(m) }
}

func load(read func(lab.LoadCounts) uint64) func(*instant) float64 {
	return func(n *instant) float64 {
		if n.state.Strategy == "" {
			return profiler.Unknown // nobody makes its load
		}
		return float64(read(n.state.Counts))
	}
}

func life[T int | uint32](read func(*lab.State) T) func(*instant) float64 {
	return func(n *instant) float64 { return float64(read(&n.state)) }
}

func readySince(n *instant) float64 {
	if n.state.Since.IsZero() {
		return profiler.Unknown
	}
	return float64(n.state.Since.UnixMilli()) / 1000
}
