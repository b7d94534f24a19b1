package agent

import (
	"encoding/json"
	"math"
	"net/http"
	"runtime/metrics"

	"github.com/leakline/leakline/profiler"
)

// Sizes is the answer of /debug/leakline/sizes: what is allocated and not freed
// yet, by size class, those in use alone and in ascending order. What is dead
// and not swept counts as in use.
type Sizes struct {
	Classes []profiler.SizeClass `json:"classes"`
}

// sizes reads on request alone: histograms of 68 classes are too much for every
// reading.
func (a *agent) sizes(w http.ResponseWriter, _ *http.Request) {
	samples := []metrics.Sample{
		{Name: "/gc/heap/allocs-by-size:bytes"}, {Name: "/gc/heap/frees-by-size:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
	}
	metrics.Read(samples) // one look at the heap for all three
	for _, s := range samples[:2] {
		if s.Value.Kind() != metrics.KindFloat64Histogram {
			http.Error(w, "this Go does not count objects by size", http.StatusNotImplemented)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(Sizes{inUseBySize(
		samples[0].Value.Float64Histogram(), samples[1].Value.Float64Histogram(), samples[2].Value.Uint64())})
}

// inUseBySize subtracts what was freed from what was allocated. An object takes
// all of its class; the last bucket has no upper bound, and what is in it is what
// the others leave of inUse, in bytes.
func inUseBySize(allocs, frees *metrics.Float64Histogram, inUse uint64) []profiler.SizeClass {
	classes := []profiler.SizeClass{}
	rest := int64(inUse)
	for i, allocated := range allocs.Counts {
		c := profiler.SizeClass{Objects: int64(allocated - frees.Counts[i])}
		if c.Objects <= 0 {
			continue
		}
		if bound := allocs.Buckets[i+1]; math.IsInf(bound, 1) {
			c.Bytes = max(0, rest)
		} else {
			upTo := int64(bound) - 1 // bounds are exclusive
			c.UpTo, c.Bytes = &upTo, upTo*c.Objects
		}
		rest -= c.Bytes
		classes = append(classes, c)
	}
	return classes
}
