package agent_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
)

// sink keeps what a test allocates from being optimised away.
var sink any

// reader returns a function that takes readings, each a copy.
func reader(t *testing.T, cfg agent.Config) func() profiler.Reading {
	t.Helper()
	read, stop := agent.NewReader(cfg)
	t.Cleanup(stop)
	return func() profiler.Reading { return *read() }
}

// The sampler runs inside the process it measures: a reading that allocated
// would draw its own leak on the chart.
func TestAReadingDoesNotAllocate(t *testing.T) {
	var counts [4]uint64
	read, stop := agent.NewReader(agent.Config{MemoryLimit: 1 << 30, Counters: agent.Counters{
		Requests:      func() uint64 { return 1 },
		Errors:        func() uint64 { return 2 },
		InFlight:      func() int64 { return 3 },
		SetsBuilt:     func() uint64 { return 4 },
		LatencyBounds: []float64{1, 2, 3},
		Latency:       func(dst []uint64) { counts[1]++; copy(dst, counts[:]) },
	}})
	defer stop()
	line := agent.AppendLine(nil, noon, read()) // sizes what the runtime and the line need
	if got := testing.AllocsPerRun(100, func() { line = agent.AppendLine(line[:0], noon, read()) }); got != 0 {
		t.Errorf("a reading and its line allocate %v objects, want 0", got)
	}
}

func TestTheFloorIsWhatACollectionLeaves(t *testing.T) {
	read := reader(t, agent.Config{})
	const kept = 32 << 20
	before := floorAfterGC(read)
	sink = make([]byte, kept)
	after := floorAfterGC(read)
	if grown := after - before; math.Abs(grown-kept) > kept/20 {
		t.Errorf("the floor grew by %.0f bytes, want the %d that are kept, ±5 %%", grown, kept)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if inUse := float64(m.HeapAlloc); math.Abs(after-inUse) > inUse/20 {
		t.Errorf("the floor is %.0f bytes, MemStats says %.0f after a collection", after, inUse)
	}
	sink = nil
	if left := floorAfterGC(read); left > after-kept/2 {
		t.Errorf("the floor is %.0f bytes after letting go of %d, it was %.0f", left, kept, after)
	}
}

func floorAfterGC(read func() profiler.Reading) float64 {
	runtime.GC()
	r := read()
	return r.Get(profiler.HeapLive)
}

func TestAllocationIsCountedAsMemStatsDoes(t *testing.T) {
	read := reader(t, agent.Config{})
	first := read()
	const objects, size = 5000, 1 << 10
	for range objects {
		sink = make([]byte, size)
		sink = new(byte) // tiny: packed into a block with others
	}
	runtime.GC()
	second := read()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for _, tt := range []struct {
		metric profiler.Metric
		least  float64 // growth
		want   uint64  // total
	}{
		{profiler.AllocBytes, objects * size, m.TotalAlloc},
		{profiler.AllocObjects, 2 * objects, m.Mallocs},
		{profiler.FreeObjects, 2 * (objects - 10), m.Frees},
	} {
		before, after := first.Get(tt.metric), second.Get(tt.metric)
		if after-before < tt.least {
			t.Errorf("%v grew by %v, want at least %v", tt.metric, after-before, tt.least)
		}
		if off := math.Abs(after - float64(tt.want)); off > 0.05*float64(tt.want) {
			t.Errorf("%v is %v, MemStats says %d", tt.metric, after, tt.want)
		}
	}
}

func TestCyclesAreCountedExactly(t *testing.T) {
	read := reader(t, agent.Config{})
	before := read()
	const forced = 7
	for range forced {
		runtime.GC()
	}
	after := read()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if got := after.Get(profiler.GCForced) - before.Get(profiler.GCForced); got != forced {
		t.Errorf("%v forced cycles, want %d", got, forced)
	}
	if got := after.Get(profiler.GCCycles); got != float64(m.NumGC) {
		t.Errorf("%v cycles, MemStats says %d", got, m.NumGC)
	}
	if after.Get(profiler.GCForced) > after.Get(profiler.GCCycles) {
		t.Errorf("%v of %v cycles were forced", after.Get(profiler.GCForced), after.Get(profiler.GCCycles))
	}
}

func TestPausesAreOfTheCyclesSinceTheReadingBefore(t *testing.T) {
	read := reader(t, agent.Config{})
	read()
	for range 3 {
		runtime.GC()
	}
	r := read()
	p50, p99, longest := r.Get(profiler.PauseP50), r.Get(profiler.PauseP99), r.Get(profiler.PauseMax)
	if !(p50 > 0) || !(p99 >= p50) || !(longest >= p50) || longest > 1 {
		t.Errorf("p50 %v, p99 %v, longest %v s: want 0 < p50 ≤ p99, p50 ≤ longest ≤ 1", p50, p99, longest)
	}
	// A collection may start by itself, but not before every one of these.
	for range 20 {
		r = read()
		if !profiler.Known(r.Get(profiler.PauseMax)) && !profiler.Known(r.Get(profiler.PauseP50)) {
			return
		}
	}
	t.Error("twenty readings in a row have a pause, though nobody collects")
}

func TestCountersAreAsTheServiceSays(t *testing.T) {
	requests, latency := uint64(0), []uint64{0, 0, 0}
	read := reader(t, agent.Config{MemoryLimit: 1 << 30, Counters: agent.Counters{
		Requests:      func() uint64 { return requests },
		InFlight:      func() int64 { return 4 },
		LatencyBounds: []float64{0.01, 0.1},
		Latency:       func(dst []uint64) { copy(dst, latency) },
	}})
	read()
	requests, latency = 9, []uint64{1, 8, 0}
	r := read()
	want := map[profiler.Metric]float64{
		profiler.Requests: 9, profiler.InFlight: 4, profiler.MemoryLimit: 1 << 30,
		profiler.ServiceP50: 0.1, profiler.ServiceP99: 0.1,
		profiler.Errors: profiler.Unknown, profiler.SetsBuilt: profiler.Unknown,
		profiler.LoadSent: profiler.Unknown, profiler.LoadP99: profiler.Unknown,
	}
	for m, v := range want {
		if got := r.Get(m); got != v && (profiler.Known(got) || profiler.Known(v)) {
			t.Errorf("%v = %v, want %v", m, got, v)
		}
	}
}

// A service that says nothing of itself is still watched.
func TestWithoutCountersTheRuntimeIsKnown(t *testing.T) {
	read := reader(t, agent.Config{})
	runtime.GC()
	r := read()
	known := []profiler.Metric{
		profiler.HeapLive, profiler.HeapInUse, profiler.HeapGoal, profiler.Stacks, profiler.RuntimeTotal,
		profiler.TotalCPU, profiler.GCCPU, profiler.ScanHeap, profiler.Goroutines, profiler.GoroutinesWaiting,
		profiler.GoroutinesCreated,
	}
	if runtime.GOOS == "linux" {
		known = append(known, profiler.RSS)
	}
	for _, m := range known {
		if !(r.Get(m) > 0) {
			t.Errorf("%v = %v, want more than 0", m, r.Get(m))
		}
	}
	for _, m := range []profiler.Metric{profiler.Requests, profiler.InFlight, profiler.MemoryLimit, profiler.ServiceP50} {
		if profiler.Known(r.Get(m)) {
			t.Errorf("%v = %v, want unknown", m, r.Get(m))
		}
	}
	if rss, total := r.Get(profiler.RSS), r.Get(profiler.RuntimeTotal); runtime.GOOS == "linux" && rss < total/20 {
		t.Errorf("resident %v of %v mapped bytes", rss, total)
	}
}
