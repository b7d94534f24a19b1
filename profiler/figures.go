package profiler

import "time"

// A Figure names one number that is drawn: a gauge as it was read, or a rate
// derived from counters.
type Figure uint8

const (
	FigFloor           Figure = iota // bytes
	FigInUse                         // bytes
	FigGoal                          // bytes
	FigRSS                           // bytes
	FigLimit                         // bytes
	FigAllocBytes                    // bytes per second
	FigAllocObjects                  // objects per second
	FigAllocPerRequest               // bytes per request
	FigGCRate                        // cycles per second
	FigGCCPU                         // share of the process' CPU, 0 to 1
	FigAssistCPU                     // share of the process' CPU, 0 to 1
	FigPauseMax                      // seconds
	FigPauseP50                      // seconds
	FigPauseP99                      // seconds
	FigGCCycles                      // cumulative; a difference says how many cycles a floor point stands for
	FigGoroutines                    // count
	FigInFlight                      // count
	FigRequests                      // per second
	FigErrors                        // per second
	FigWrong                         // per second
	FigSkipped                       // per second
	FigLatencyP50                    // seconds
	FigLatencyP99                    // seconds
	FigSets                          // per second, counted
	FigCopyAge                       // seconds
	FigGoMemLimit                    // bytes, unknown when off
	FigHeapFree                      // bytes
	FigHeapUnused                    // bytes
	FigStacks                        // bytes
	FigRuntime                       // bytes: in use, free, unused, stacks and the runtime's own
	NumFigures                       // how many figures there are
)

var figureNames = [NumFigures]string{
	"floor", "in_use", "goal", "rss", "limit",
	"alloc_bytes_per_s", "alloc_objects_per_s", "alloc_bytes_per_request",
	"gc_per_s", "gc_cpu", "assist_cpu", "pause_max_s", "pause_p50_s", "pause_p99_s", "gc_cycles",
	"goroutines", "in_flight",
	"requests_per_s", "errors_per_s", "wrong_per_s", "skipped_per_s",
	"latency_p50_s", "latency_p99_s", "sets_per_s", "copy_age_s", "gomemlimit",
	"heap_free", "heap_unused", "stacks", "runtime",
}

// String returns the figure's name on the wire.
func (f Figure) String() string { return figureNames[f] }

// FigureNames lists the figures in their order on the wire.
func FigureNames() []string { return figureNames[:] }

// Figures are the drawn numbers at one instant.
type Figures [NumFigures]float64

// gauges says which figure is a metric as it was read.
var gauges = [...]struct {
	figure Figure
	metric Metric
}{
	{FigFloor, HeapLive}, {FigInUse, HeapInUse}, {FigGoal, HeapGoal}, {FigRSS, RSS}, {FigLimit, MemoryLimit},
	{FigPauseMax, PauseMax}, {FigPauseP50, PauseP50}, {FigPauseP99, PauseP99}, {FigGCCycles, GCCycles},
	{FigGoroutines, Goroutines}, {FigInFlight, InFlight}, {FigCopyAge, CopyAge},
	{FigGoMemLimit, GoMemLimit},
	{FigHeapFree, HeapFree}, {FigHeapUnused, HeapUnused}, {FigStacks, Stacks}, {FigRuntime, RuntimeTotal},
}

// rates says which figure is the slope of a counter.
var rates = [...]struct {
	figure  Figure
	counter Metric
}{
	{FigAllocBytes, AllocBytes}, {FigAllocObjects, AllocObjects}, {FigGCRate, GCCycles}, {FigSets, SetsBuilt},
}

// loadRates come from the load generator where there is one, because it also
// sees the requests that nobody answered; else from the service's own counters.
var loadRates = [...]struct {
	figure        Figure
	load, service Metric
}{
	{FigRequests, LoadAnswered, Requests}, {FigErrors, LoadErrors, Errors},
	{FigWrong, LoadWrong, NumMetrics}, {FigSkipped, LoadSkipped, NumMetrics},
}

// Derive returns the figures at cur. Rates are taken over the time since prev,
// and are unknown when prev is nil or of another life of the process; the load
// generator's counters outlive the process and their rates do too.
func Derive(prev, cur *Reading) Figures {
	var f Figures
	for i := range f {
		f[i] = Unknown
	}
	for _, g := range gauges {
		f[g.figure] = cur.Get(g.metric)
	}
	f[FigLatencyP50] = firstKnown(cur.Get(LoadP50), cur.Get(ServiceP50))
	f[FigLatencyP99] = firstKnown(cur.Get(LoadP99), cur.Get(ServiceP99))
	if prev == nil {
		return f
	}
	dt := cur.At.Sub(prev.At)
	sameLife := prev.Generation == cur.Generation
	for _, r := range loadRates {
		f[r.figure] = rate(prev, cur, r.load, dt)
		if sameLife && r.service != NumMetrics {
			f[r.figure] = firstKnown(f[r.figure], rate(prev, cur, r.service, dt))
		}
	}
	if !sameLife {
		return f
	}
	for _, r := range rates {
		f[r.figure] = rate(prev, cur, r.counter, dt)
	}
	f[FigAllocPerRequest] = ratio(prev, cur, AllocBytes, Requests)
	f[FigGCCPU] = gcShare(prev, cur, GCCPU)
	f[FigAssistCPU] = gcShare(prev, cur, GCAssistCPU)
	return f
}

// gcShare returns the collector's share of the CPU. The runtime brings its CPU
// counters up to date when a cycle ends, so a time in which none ended had, as
// far as anybody can tell, no share.
func gcShare(prev, cur *Reading, cpu Metric) float64 {
	if cur.Get(GCCycles) == prev.Get(GCCycles) && Known(cur.Get(cpu)) {
		return 0
	}
	return ratio(prev, cur, cpu, TotalCPU)
}

func firstKnown(a, b float64) float64 {
	if Known(a) {
		return a
	}
	return b
}

// rate returns the counter's growth per second, unknown rather than negative.
func rate(prev, cur *Reading, counter Metric, dt time.Duration) float64 {
	d := cur.Get(counter) - prev.Get(counter)
	if !(d >= 0) || dt <= 0 {
		return Unknown
	}
	return d / dt.Seconds()
}

// ratio returns the growth of one counter for each unit of another.
func ratio(prev, cur *Reading, num, den Metric) float64 {
	n, d := cur.Get(num)-prev.Get(num), cur.Get(den)-prev.Get(den)
	if !(n >= 0) || !(d > 0) {
		return Unknown
	}
	return n / d
}
