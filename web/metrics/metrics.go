// Package metrics tells Prometheus how the observer and its patient are. It
// keeps no figure of its own: each is read where it lives when a scrape comes,
// and one that is not known then is absent.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web/live"
)

// A Source says where the figures live. All fields are required; the functions
// are called from any goroutine.
type Source struct {
	Target  string // names the patient
	State   func() lab.State
	Latest  func() (profiler.Reading, profiler.Figures, bool)
	Frames  func() uint64 // published so far
	Stream  func() live.Usage
	Archive func() archive.Usage

	HistoryMaxBytes int64 // bound of series and marks
}

// An instant is everything a scrape tells, each source read once.
type instant struct {
	state   lab.State
	reading profiler.Reading
	frames  uint64
	stream  live.Usage
	archive archive.Usage
	history int64
}

func (s *Source) now() *instant {
	n := &instant{
		state: s.State(), frames: s.Frames(), stream: s.Stream(), archive: s.Archive(), history: s.HistoryMaxBytes,
	}
	var any bool
	if n.reading, _, any = s.Latest(); !any {
		n.reading = profiler.NewReading(n.reading.At, 0)
	}
	return n
}

// A metric is one figure: its name after "leakline_", and how it is read.
type metric struct {
	name, help string
	kind       prometheus.ValueType
	read       func(*instant) float64 // profiler.Unknown to leave it out
}

type collector struct {
	source   Source
	metrics  []metric
	descs    []*prometheus.Desc // of metrics, in their order
	status   *prometheus.Desc
	strategy *prometheus.Desc
}

// NewCollector returns a collector of everything that s knows.
func NewCollector(s Source) prometheus.Collector {
	target := prometheus.Labels{"target": s.Target}
	desc := func(m metric, labels prometheus.Labels) *prometheus.Desc {
		return prometheus.NewDesc("leakline_"+m.name, m.help, nil, labels)
	}
	c := &collector{
		source: s,
		status: prometheus.NewDesc("leakline_patient_status", "1 for what the patient is doing, 0 for what it is not.",
			[]string{"status"}, target),
		strategy: prometheus.NewDesc("leakline_patient_strategy_info", "The strategy that runs, or will once there is a process.",
			[]string{"strategy"}, target),
	}
	for _, m := range ofObserver {
		c.metrics, c.descs = append(c.metrics, m), append(c.descs, desc(m, nil))
	}
	for _, m := range ofTarget {
		c.metrics, c.descs = append(c.metrics, m), append(c.descs, desc(m, target))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
	out <- c.status
	out <- c.strategy
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	now := c.source.now()
	for i, m := range c.metrics {
		if v := m.read(now); profiler.Known(v) {
			out <- prometheus.MustNewConstMetric(c.descs[i], m.kind, v)
		}
	}
	for _, s := range statuses {
		is := 0.0
		if s == now.state.Status {
			is = 1
		}
		out <- prometheus.MustNewConstMetric(c.status, prometheus.GaugeValue, is, string(s))
	}
	out <- prometheus.MustNewConstMetric(c.strategy, prometheus.GaugeValue, 1, now.state.Strategy)
}
