package agent

import (
	"math"
	"runtime/debug"
	"runtime/metrics"

	"github.com/leakline/leakline/internal/cputime"
	"github.com/leakline/leakline/profiler"
)

// direct lists the metrics that are a runtime metric as it stands.
var direct = []struct {
	metric profiler.Metric
	name   string
}{
	{profiler.HeapLive, "/gc/heap/live:bytes"},
	{profiler.HeapInUse, "/memory/classes/heap/objects:bytes"},
	{profiler.HeapGoal, "/gc/heap/goal:bytes"},
	{profiler.HeapFree, "/memory/classes/heap/free:bytes"},
	{profiler.HeapUnused, "/memory/classes/heap/unused:bytes"},
	{profiler.AllocBytes, "/gc/heap/allocs:bytes"},
	{profiler.FreeBytes, "/gc/heap/frees:bytes"},
	{profiler.GCCycles, "/gc/cycles/total:gc-cycles"},
	{profiler.GCForced, "/gc/cycles/forced:gc-cycles"},
	{profiler.GCCPU, "/cpu/classes/gc/total:cpu-seconds"},
	{profiler.GCAssistCPU, "/cpu/classes/gc/mark/assist:cpu-seconds"},
	{profiler.TotalCPU, "/cpu/classes/total:cpu-seconds"},
	{profiler.GCLimiterCycle, "/gc/limiter/last-enabled:gc-cycle"},
	{profiler.ScanHeap, "/gc/scan/heap:bytes"},
	{profiler.ScanStack, "/gc/scan/stack:bytes"},
	{profiler.ScanGlobals, "/gc/scan/globals:bytes"},
	{profiler.Goroutines, "/sched/goroutines:goroutines"},
	{profiler.GoroutinesCreated, "/sched/goroutines-created:goroutines"},
}

// summed lists the metrics that are a sum or a difference of runtime metrics.
var summed = []struct {
	metric      profiler.Metric
	plus, minus []string
}{
	{profiler.AllocObjects, []string{"/gc/heap/allocs:objects", "/gc/heap/tiny/allocs:objects"}, nil},
	// A tiny object is freed with its block, which is counted; as in
	// runtime.MemStats it counts as freed from the start.
	{profiler.FreeObjects, []string{"/gc/heap/frees:objects", "/gc/heap/tiny/allocs:objects"}, nil},
	{profiler.Stacks, []string{"/memory/classes/heap/stacks:bytes", "/memory/classes/os-stacks:bytes"}, nil},
	{profiler.RuntimeTotal, []string{"/memory/classes/total:bytes"}, []string{"/memory/classes/heap/released:bytes"}},
}

// slow lists what costs the scheduler a lock: read once a second only.
var slow = []struct {
	metric profiler.Metric
	name   string
}{
	{profiler.GoroutinesRunning, "/sched/goroutines/running:goroutines"},
	{profiler.GoroutinesRunnable, "/sched/goroutines/runnable:goroutines"},
	{profiler.GoroutinesWaiting, "/sched/goroutines/waiting:goroutines"},
	{profiler.GoroutinesNotInGo, "/sched/goroutines/not-in-go:goroutines"},
}

const (
	pauses     = "/sched/pauses/total/gc:seconds"
	gomemlimit = "/gc/gomemlimit:bytes"

	slowEvery    = 10  // readings
	latencyOver  = 10  // readings a latency quantile looks back over: a second at 10 Hz
	recentPauses = 256 // debug.ReadGCStats keeps that many
)

// A sampler gathers readings for one stream. After its first reading it
// allocates nothing. It belongs to one goroutine.
type sampler struct {
	counters Counters
	limit    float64 // bytes, Unknown when there is none

	fast, rare  []metrics.Sample
	index       map[string]int // of a name in fast
	gc          debug.GCStats
	cycles      int64 // of gc, at the reading before
	pauseCounts *profiler.Recent
	latency     *profiler.Recent
	n           int
	rss         *rssReader
	cpu         cputime.Meter
	reading     profiler.Reading
}

func newSampler(cfg Config) *sampler {
	s := &sampler{counters: cfg.Counters, limit: profiler.Unknown, index: make(map[string]int), rss: openRSS()}
	if cfg.MemoryLimit > 0 {
		s.limit = float64(cfg.MemoryLimit)
	}
	for _, d := range direct {
		s.want(d.name)
	}
	for _, d := range summed {
		for _, name := range append(append([]string{}, d.plus...), d.minus...) {
			s.want(name)
		}
	}
	s.want(pauses)
	s.want(gomemlimit)
	for _, d := range slow {
		s.rare = append(s.rare, metrics.Sample{Name: d.name})
	}
	if cfg.Counters.Latency != nil {
		s.latency = profiler.NewRecent(len(cfg.Counters.LatencyBounds)+1, latencyOver)
	}
	debug.ReadGCStats(&s.gc)
	s.cycles = s.gc.NumGC
	return s
}

// want has a metric read, once however many ask for it.
func (s *sampler) want(name string) {
	if _, ok := s.index[name]; ok {
		return
	}
	s.index[name] = len(s.fast)
	s.fast = append(s.fast, metrics.Sample{Name: name})
}

func (s *sampler) close() { s.rss.close() }

// read returns the present reading, which is valid until the next call.
func (s *sampler) read() *profiler.Reading {
	r := &s.reading
	metrics.Read(s.fast)
	for _, d := range direct {
		r.Set(d.metric, s.value(d.name))
	}
	for _, d := range summed {
		sum := 0.0
		for _, name := range d.plus {
			sum += s.value(name)
		}
		for _, name := range d.minus {
			sum -= s.value(name)
		}
		r.Set(d.metric, sum)
	}
	if r.Get(profiler.GCCycles) == 0 {
		r.Set(profiler.HeapLive, profiler.Unknown) // the runtime says 0 until a cycle has ended
	}
	if s.n%slowEvery == 0 {
		metrics.Read(s.rare)
		for i, d := range slow {
			r.Set(d.metric, number(s.rare[i].Value))
		}
	}
	s.n++
	r.Set(profiler.GoMemLimit, profiler.Unknown)
	if v := s.value(gomemlimit); v < math.MaxInt64 {
		r.Set(profiler.GoMemLimit, v)
	}
	r.Set(profiler.MemoryLimit, s.limit)
	r.Set(profiler.RSS, s.rss.bytes())
	r.Set(profiler.ProcessCPU, profiler.Unknown)
	if seconds, ok := s.cpu.Seconds(); ok {
		r.Set(profiler.ProcessCPU, seconds)
	}
	s.readPauses(r)
	s.readCounters(r)
	return r
}

// value returns a number read by the last metrics.Read, Unknown in a Go that
// does not have it.
func (s *sampler) value(name string) float64 { return number(s.fast[s.index[name]].Value) }

func number(v metrics.Value) float64 {
	switch v.Kind() {
	case metrics.KindUint64:
		return float64(v.Uint64())
	case metrics.KindFloat64:
		return v.Float64()
	}
	return profiler.Unknown
}

// readPauses sets the pauses since the reading before: quantiles by
// subtracting the runtime's histogram, the longest from the list of cycles.
func (s *sampler) readPauses(r *profiler.Reading) {
	r.Set(profiler.PauseP50, profiler.Unknown)
	r.Set(profiler.PauseP99, profiler.Unknown)
	r.Set(profiler.PauseMax, profiler.Unknown)
	if v := s.fast[s.index[pauses]].Value; v.Kind() == metrics.KindFloat64Histogram {
		h := v.Float64Histogram()
		if s.pauseCounts == nil {
			s.pauseCounts = profiler.NewRecent(len(h.Counts), 1)
		}
		s.pauseCounts.Push(h.Counts)
		// Counts[i] lies between Buckets[i] and Buckets[i+1].
		r.Set(profiler.PauseP50, s.pauseCounts.Quantile(h.Buckets[1:], 0.50))
		r.Set(profiler.PauseP99, s.pauseCounts.Quantile(h.Buckets[1:], 0.99))
	}
	debug.ReadGCStats(&s.gc)
	ended := min(s.gc.NumGC-s.cycles, recentPauses, int64(len(s.gc.Pause)))
	s.cycles = s.gc.NumGC
	for _, p := range s.gc.Pause[:ended] { // the most recent first
		if worst := r.Get(profiler.PauseMax); !(p.Seconds() <= worst) {
			r.Set(profiler.PauseMax, p.Seconds())
		}
	}
}

func (s *sampler) readCounters(r *profiler.Reading) {
	c := &s.counters
	set := func(m profiler.Metric, read func() uint64) {
		r.Set(m, profiler.Unknown)
		if read != nil {
			r.Set(m, float64(read()))
		}
	}
	set(profiler.Requests, c.Requests)
	set(profiler.Errors, c.Errors)
	set(profiler.SetsBuilt, c.SetsBuilt)
	r.Set(profiler.InFlight, profiler.Unknown)
	if c.InFlight != nil {
		r.Set(profiler.InFlight, float64(c.InFlight()))
	}
	r.Set(profiler.CopyAge, profiler.Unknown)
	if c.CopyAge != nil {
		r.Set(profiler.CopyAge, c.CopyAge())
	}
	r.Set(profiler.ServiceP50, profiler.Unknown)
	r.Set(profiler.ServiceP99, profiler.Unknown)
	if s.latency != nil {
		c.Latency(s.latency.Slot())
		s.latency.Advance()
		r.Set(profiler.ServiceP50, s.latency.Quantile(c.LatencyBounds, 0.50))
		r.Set(profiler.ServiceP99, s.latency.Quantile(c.LatencyBounds, 0.99))
	}
	for _, m := range loadMetrics {
		r.Set(m, profiler.Unknown) // the load generator is elsewhere and speaks for itself
	}
}

var loadMetrics = []profiler.Metric{
	profiler.LoadSent, profiler.LoadAnswered, profiler.LoadErrors, profiler.LoadWrong,
	profiler.LoadSkipped, profiler.LoadP50, profiler.LoadP99,
}
