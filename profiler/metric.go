package profiler

// A Metric names one number of a Reading.
type Metric uint8

// Gauges say how things are; counters are cumulative since the process (or,
// for the Load metrics, the observer) started and never decrease in one life.
const (
	HeapLive     Metric = iota // bytes reachable at the end of the last mark phase: the floor
	HeapInUse                  // bytes in objects, live or dead and not yet swept
	HeapGoal                   // bytes at which the present cycle aims to end
	HeapFree                   // bytes of spans kept by Go, ready for reuse
	HeapUnused                 // bytes inside spans in use that hold no object
	Stacks                     // bytes of goroutine stacks, the system's own included
	RuntimeTotal               // bytes mapped by the Go runtime, released ones excluded
	RSS                        // bytes resident, as the kernel counts them
	GoMemLimit                 // bytes of GOMEMLIMIT, unknown when off
	MemoryLimit                // bytes at which the process is killed: cgroup or lab

	AllocBytes     // counter: bytes allocated
	AllocObjects   // counter: objects allocated, tiny ones included
	FreeBytes      // counter: bytes freed
	FreeObjects    // counter: objects freed, tiny ones included
	GCCycles       // counter: completed cycles, forced ones included
	GCForced       // counter: cycles forced by the program
	GCCPU          // counter: CPU seconds spent collecting
	GCAssistCPU    // counter: CPU seconds goroutines spent helping the collector
	TotalCPU       // counter: CPU seconds available to the process
	ProcessCPU     // counter: CPU seconds the process used, user and system together
	GCLimiterCycle // cycle in which the GC CPU limiter last acted, 0 never

	PauseP50 // seconds, pauses since the reading before
	PauseP99 // seconds, pauses since the reading before
	PauseMax // seconds, longest pause of the cycles since the reading before

	ScanHeap    // bytes the last cycle had to scan in the heap
	ScanStack   // bytes the last cycle scanned in stacks
	ScanGlobals // bytes the last cycle scanned in globals

	Goroutines         // how many exist
	GoroutinesCreated  // counter
	GoroutinesRunning  // executing
	GoroutinesRunnable // ready, waiting for a processor
	GoroutinesWaiting  // blocked
	GoroutinesNotInGo  // in a system call or in cgo

	Requests   // counter: requests the service answered
	Errors     // counter: of them, failed
	InFlight   // requests being served
	SetsBuilt  // counter: Sets the service built
	ServiceP50 // seconds, answers since about a second ago, as the service saw
	ServiceP99 // seconds, answers since about a second ago, as the service saw
	CopyAge    // seconds since the service confirmed the copy that it answers from

	LoadSent     // counter: requests sent by the load generator
	LoadAnswered // counter: answered with a decision
	LoadErrors   // counter: not answered with a decision
	LoadWrong    // counter: answered with the wrong decision
	LoadSkipped  // counter: due and not sent, because too many were waiting
	LoadP50      // seconds, answers of the last second, as the load generator saw
	LoadP99      // seconds, answers of the last second, as the load generator saw

	NumMetrics // how many metrics a Reading has
)

var metricNames = [NumMetrics]string{
	"heap_live", "heap_in_use", "heap_goal", "heap_free", "heap_unused", "stacks",
	"runtime_total", "rss", "gomemlimit", "memory_limit",
	"alloc_bytes", "alloc_objects", "free_bytes", "free_objects", "gc_cycles", "gc_forced",
	"gc_cpu_s", "gc_assist_cpu_s", "total_cpu_s", "process_cpu_s", "gc_limiter_cycle",
	"pause_p50_s", "pause_p99_s", "pause_max_s",
	"scan_heap", "scan_stack", "scan_globals",
	"goroutines", "goroutines_created", "goroutines_running", "goroutines_runnable",
	"goroutines_waiting", "goroutines_not_in_go",
	"requests", "errors", "in_flight", "sets_built", "service_p50_s", "service_p99_s",
	"copy_age_s",
	"load_sent", "load_answered", "load_errors", "load_wrong", "load_skipped",
	"load_p50_s", "load_p99_s",
}

// String returns the metric's name on the wire.
func (m Metric) String() string { return metricNames[m] }

// MetricByName finds a metric by its name on the wire.
func MetricByName(name string) (Metric, bool) {
	m, ok := metricsByName[name]
	return m, ok
}

var metricsByName = func() map[string]Metric {
	byName := make(map[string]Metric, NumMetrics)
	for m, name := range metricNames {
		byName[name] = Metric(m)
	}
	return byName
}()
