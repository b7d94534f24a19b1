package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/leakline/leakline/profiler"
)

// A source is a place where a stranger without an agent states its figures.
type source struct {
	name string // as people call it
	path string // below the stranger's base
	read func(body []byte) (MemStats, error)
}

// sources are tried in this order: the first two cost the service next to
// nothing, the last one writes every stack that allocates.
var sources = [...]source{
	{"expvar", "debug/vars", parseExpvar},
	{"Prometheus", "metrics", parsePrometheus},
	{"net/http/pprof", "debug/pprof/heap?debug=1", parseTrailer},
}

// errNotHere reports an answer that states no figures of the Go runtime.
var errNotHere = errors.New("there are no figures of the Go runtime in it")

// findSource returns the first source that answers.
func (s *Stranger) findSource(ctx context.Context) (source, error) {
	var last error
	for _, src := range sources {
		if _, _, err := s.figures(ctx, src); err != nil {
			last = err
			if ctx.Err() != nil {
				break
			}
			continue
		}
		return src, nil
	}
	return source{}, last
}

// figures reads what src states, and says how long the answer took.
func (s *Stranger) figures(ctx context.Context, src source) (MemStats, time.Duration, error) {
	path, query := splitQuery(src.path)
	a, err := s.get(ctx, path, query)
	if err != nil {
		return MemStats{}, 0, err
	}
	m, err := src.read(a.Body)
	if err != nil {
		return MemStats{}, 0, fmt.Errorf("reading /%s of %s: %w", path, s.URL(), err)
	}
	return m, a.Took, nil
}

// parseExpvar reads the variable memstats of expvar: runtime.MemStats as JSON.
func parseExpvar(body []byte) (MemStats, error) {
	var vars struct {
		MemStats *struct {
			HeapAlloc, NextGC, Sys, HeapReleased, TotalAlloc, Mallocs, NumGC *uint64
		} `json:"memstats"`
	}
	if err := json.Unmarshal(body, &vars); err != nil {
		return MemStats{}, fmt.Errorf("this is not JSON of expvar: %w", err)
	}
	v := vars.MemStats
	if v == nil || v.HeapAlloc == nil {
		return MemStats{}, errNotHere
	}
	m := unknownMemStats()
	for into, value := range map[*float64]*uint64{
		&m.HeapAlloc: v.HeapAlloc, &m.NextGC: v.NextGC, &m.Sys: v.Sys, &m.HeapReleased: v.HeapReleased,
		&m.TotalAlloc: v.TotalAlloc, &m.Mallocs: v.Mallocs, &m.NumGC: v.NumGC,
	} {
		if value != nil {
			*into = float64(*value)
		}
	}
	return m, nil
}

// parsePrometheus reads what client_golang's Go and process collectors state.
func parsePrometheus(body []byte) (MemStats, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return MemStats{}, fmt.Errorf("this is not Prometheus' text format: %w", err)
	}
	m := unknownMemStats()
	for name, into := range map[string]*float64{
		"go_memstats_heap_alloc_bytes": &m.HeapAlloc, "go_memstats_next_gc_bytes": &m.NextGC, "go_memstats_sys_bytes": &m.Sys,
		"go_memstats_heap_released_bytes": &m.HeapReleased, "go_memstats_alloc_bytes_total": &m.TotalAlloc,
		"go_memstats_mallocs_total": &m.Mallocs, "go_gc_duration_seconds": &m.NumGC,
		"go_goroutines": &m.Goroutines, "process_resident_memory_bytes": &m.RSS, "go_gc_gogc_percent": &m.GOGC,
	} {
		if f := families[name]; f != nil && len(f.Metric) == 1 {
			*into = plainValue(f.Metric[0])
		}
	}
	if !profiler.Known(m.HeapAlloc) {
		return MemStats{}, errNotHere
	}
	return m, nil
}

// plainValue is a gauge, a counter, or how often a summary was observed;
// unknown when it is none, or no count of bytes or things can be it.
func plainValue(m *dto.Metric) float64 {
	v := profiler.Unknown
	switch {
	case m.Gauge != nil:
		v = m.Gauge.GetValue()
	case m.Counter != nil:
		v = m.Counter.GetValue()
	case m.Summary != nil:
		v = float64(m.Summary.GetSampleCount())
	case m.Untyped != nil:
		v = m.Untyped.GetValue()
	}
	if !(v >= 0 && v <= maxValue) {
		return profiler.Unknown
	}
	return v
}
