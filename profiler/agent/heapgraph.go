package agent

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler/heapgraph"
)

// HeaderPause comes with a heap graph: for how long the world stood still for
// it, in milliseconds, collection before it excluded.
const HeaderPause = "Leakline-Pause-Ms"

const (
	// A dump goes to a file of this process; where memory is bounded, what is
	// written to a file counts.
	maxShareOfLimit = 0.40

	maxDumpedHeap = 1 << 30 // bytes alive; the world stands still for some 4 s
)

// heapGraph answers with the graph of the heap: who points to whom, how large,
// allocated where, and nothing of what the objects contain. The world stands
// still for about 4 ms for each MB alive.
func (a *agent) heapGraph(w http.ResponseWriter, r *http.Request) {
	release, ok := a.dumpAlone(w)
	if !ok {
		return
	}
	defer release()
	if r.FormValue("force") != "1" {
		if why := a.dumpRisk(); why != "" {
			http.Error(w, why+": force=1 does it all the same", http.StatusConflict)
			return
		}
	}
	graph, pause, took, err := graphThroughFile()
	if err != nil {
		http.Error(w, "making the heap graph: "+err.Error(), http.StatusInternalServerError)
		return
	}
	a.describe(w.Header(), took)
	w.Header().Set(HeaderPause, milliseconds(pause))
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := graph.Encode(w); err != nil {
		panic(http.ErrAbortHandler) // half a graph must not look like one
	}
}

// dumpAlone sees to it that one dump is made at a time.
func (a *agent) dumpAlone(w http.ResponseWriter) (release func(), ok bool) {
	select {
	case a.dump <- struct{}{}:
		return func() { <-a.dump }, true
	default:
		w.Header().Set("Retry-After", "2")
		http.Error(w, "another heap graph is being made", http.StatusServiceUnavailable)
		return nil, false
	}
}

// dumpRisk says why a dump may hurt this process, empty for no reason.
func (a *agent) dumpRisk() string {
	live := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(live)
	heap := float64(live[0].Value.Uint64())
	limit := float64(a.cfg.MemoryLimit)
	switch {
	case heap > maxDumpedHeap:
		return fmt.Sprintf("the heap has %.0f MB: the world would stand still for seconds", heap/1e6)
	case limit > 0 && heap > maxShareOfLimit*limit:
		return fmt.Sprintf("the heap has %.0f of at most %.0f MB: a dump beside it could be what kills this process", heap/1e6, limit/1e6)
	case inMemory(os.TempDir()):
		return "the temporary folder lies in memory: a dump there is memory of this process (TMPDIR names another)"
	}
	return ""
}

// graphThroughFile dumps to a file that only this process can open, and which
// is gone when it ends.
func graphThroughFile() (g *heapgraph.Graph, pause, took time.Duration, err error) {
	begun := time.Now()
	f, err := os.CreateTemp("", "leakline-heap-")
	if err != nil {
		return nil, 0, 0, err
	}
	defer f.Close()
	gone := os.Remove(f.Name()) // Windows keeps the name while it is open
	if gone != nil {
		defer os.Remove(f.Name())
	}
	pause = dumpTo(f)
	took = time.Since(begun)
	if _, err := f.Seek(0, 0); err != nil {
		return nil, 0, 0, err
	}
	binary := ownBinary()
	if binary != nil {
		defer binary.Close()
	}
	g, err = heapgraph.Read(f, heapgraph.Options{Binary: binary, SampleRate: runtime.MemProfileRate})
	return g, pause, took, err
}

// ownBinary is the program that runs, nil where it cannot be read: globals then
// have no names.
func ownBinary() *heapgraph.Binary {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	b, err := heapgraph.OpenBinary(path)
	if err != nil {
		return nil
	}
	return b
}

// dumpTo collects and dumps the heap, and returns for how long the world stood
// still for the dump.
func dumpTo(f *os.File) time.Duration {
	runtime.GC()
	fd := f.Fd()
	setBlocking(fd) // the runtime ignores what a descriptor does not take at once
	begun := time.Now()
	debug.WriteHeapDump(fd)
	return time.Since(begun)
}

// heapDump writes a dump into the pipe that this process was started with. Who
// reads it is another process, and has to: the world stands still until it has.
func (a *agent) heapDump(w http.ResponseWriter, _ *http.Request) {
	if a.cfg.DumpTo == nil {
		http.Error(w, "this process was not given a pipe to dump its heap into: GET /debug/leakline/heapgraph needs none", http.StatusConflict)
		return
	}
	release, ok := a.dumpAlone(w)
	if !ok {
		return
	}
	defer release()
	begun := time.Now()
	pause := dumpTo(a.cfg.DumpTo)
	a.describe(w.Header(), time.Since(begun))
	w.Header().Set(HeaderPause, milliseconds(pause))
	w.WriteHeader(http.StatusNoContent)
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1e3, 'f', 3, 64)
}
