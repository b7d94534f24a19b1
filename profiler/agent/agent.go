// Package agent lets any Go service be watched: mount Handler below /debug/
// and leakline draws its memory ten times a second. It reads only what can be
// read without stopping the world, without allocating (a reading that
// allocated would draw its own leak), and only while somebody is watching.
package agent

import (
	"fmt"
	"math"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/leakline/leakline/profiler"
)

// Counters are what a service tells of itself beside what the runtime knows.
// Each function is called ten times a second from one goroutine and must not
// allocate; a nil one is unknown.
type Counters struct {
	Requests  func() uint64 // answered, cumulative
	Errors    func() uint64 // of them, failed, cumulative
	InFlight  func() int64  // being served
	SetsBuilt func() uint64 // cumulative

	// CopyAge is how many seconds ago the service last confirmed the copy that
	// it answers from; NaN when it has none.
	CopyAge func() float64

	LatencyBounds []float64          // upper bounds of Latency's buckets in seconds, ascending
	Latency       func(dst []uint64) // cumulative counts, one more than there are bounds
}

// Config tunes an agent. The zero value is ready for use.
type Config struct {
	Counters    Counters
	MemoryLimit int64 // bytes at which somebody kills this process; default what the cgroup says
	MaxStreams  int   // readings streams at a time; default 4

	// DumpTo is a pipe that another process reads, always: heap dumps go there
	// when POST /debug/leakline/heapdump asks for one. Nil for none.
	DumpTo *os.File
}

// Handler serves the readings, the snapshots and net/http/pprof under /debug/.
// It does not ask who is calling: whoever mounts it decides that.
func Handler(cfg Config) http.Handler {
	if cfg.MaxStreams == 0 {
		cfg.MaxStreams = 4
	}
	a := &agent{cfg: cfg, started: time.Now(), streams: make(chan struct{}, cfg.MaxStreams), dump: make(chan struct{}, 1)}
	if a.cfg.MemoryLimit == 0 {
		a.cfg.MemoryLimit = cgroupLimit()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/leakline/readings", a.readings)
	mux.HandleFunc("GET /debug/leakline/snapshot", a.snapshot)
	mux.HandleFunc("GET /debug/leakline/sizes", a.sizes)
	mux.HandleFunc("POST /debug/leakline/gc", a.gc)
	mux.HandleFunc("GET /debug/leakline/heapgraph", a.heapGraph)
	mux.HandleFunc("POST /debug/leakline/heapdump", a.heapDump)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("POST /debug/pprof/symbol", pprof.Symbol)
	return mux
}

type agent struct {
	cfg     Config
	started time.Time
	streams chan struct{} // one token per open stream
	dump    chan struct{} // a token while the heap is dumped
}

// process describes this process for the first line of a stream.
func (a *agent) process() profiler.Process {
	p := profiler.Process{
		PID: os.Getpid(), Start: a.started, GoVersion: runtime.Version(), Build: build(),
		GOMAXPROCS: runtime.GOMAXPROCS(0), MemProfileRate: runtime.MemProfileRate,
	}
	samples := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
	metrics.Read(samples)
	// Both metrics are MaxUint64 and MaxInt64 respectively when switched off.
	p.GOGC = -1
	if percent := samples[0].Value.Uint64(); percent <= math.MaxInt32 {
		p.GOGC = int(percent)
	}
	if limit := samples[1].Value.Uint64(); limit < math.MaxInt64 {
		p.GoMemLimit = new(int64)
		*p.GoMemLimit = int64(limit)
	}
	if a.cfg.MemoryLimit > 0 {
		p.MemoryLimit = &a.cfg.MemoryLimit
	}
	return p
}

// build names the main module and its version.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return fmt.Sprintf("%s %s", info.Main.Path, info.Main.Version)
}
