package heapgraph

import (
	"os"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// sizes are heaps to measure. The largest takes 300 MB of disk and is measured
// when LEAKLINE_LARGE is set.
var sizes = []struct {
	name, scene string
	large       bool
}{
	{"objects=100k", "hundred-thousand", false},
	{"objects=1.2M", "million", false},
	{"objects=4M", "four-million", true},
}

// BenchmarkAnalyze reads a dump and analyses it, as is done for every graph.
// peak/heap is the most memory in use at one time, garbage included, by the size
// of the heap that was dumped.
func BenchmarkAnalyze(b *testing.B) {
	path := program(b)
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			if size.large && os.Getenv("LEAKLINE_LARGE") == "" {
				b.Skip("LEAKLINE_LARGE is not set")
			}
			dump, live := dumpCase(b, path, size.scene)
			binary := openBinary(b, path)
			var reading, analysing time.Duration
			var peak uint64
			b.ReportAllocs()
			for b.Loop() {
				runtime.GC()
				stop := watchHeap()
				begin := time.Now()
				g := readDump(b, dump, Options{Binary: binary})
				read := time.Now()
				h := g.Analyze().Top(1)[0]
				analysing += time.Since(read)
				reading += read.Sub(begin)
				peak = max(peak, stop())
				if h.Name != "main.sets" || h.RetainedBytes < live*9/10 {
					b.Fatalf("%s holds %d bytes of %d", h.Name, h.RetainedBytes, live)
				}
			}
			b.ReportMetric(float64(reading.Milliseconds())/float64(b.N), "read-ms")
			b.ReportMetric(float64(analysing.Milliseconds())/float64(b.N), "analyse-ms")
			b.ReportMetric(float64(peak)/float64(live), "peak/heap")
			b.ReportMetric(float64(peak>>20), "peak-MB")
		})
	}
}

// watchHeap returns a function that says by how much the heap grew at most.
func watchHeap() (stop func() uint64) {
	inUse := func() uint64 {
		s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	base, most := inUse(), uint64(0)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			most = max(most, inUse())
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(quit)
		<-done
		return most - min(base, most)
	}
}

func BenchmarkEncode(b *testing.B) {
	path := program(b)
	dump, _ := dumpCase(b, path, "million")
	g := readDump(b, dump, Options{Binary: openBinary(b, path)})
	var n counter
	for b.Loop() {
		n = 0
		if err := g.Encode(&n); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/float64(g.About.Objects), "B/object")
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
