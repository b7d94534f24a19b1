// Package metrics tells Prometheus how the observer and its patient are. It
// keeps no figure of its own: each is read where it lives when a scrape comes,
// and one that is not known then is absent.
package metrics

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/live"
)

// A Target says where the figures of one watched process live. What leakline
// does not run has a state without a strategy.
type Target struct {
	ID      string
	State   func() lab.State
	Latest  func() (profiler.Reading, profiler.Figures, bool)
	Verdict func() verdict.Word
}

// A Source says where the figures live. All fields are required; the functions
// are called from any goroutine.
type Source struct {
	Targets func() []Target
	Frames  func() uint64 // published so far
	Stream  func() live.Usage
	Archive func() archive.Usage

	HistoryMaxBytes func() int64 // bound of series and marks
}

// An instant is everything a scrape tells, each source read once.
type instant struct {
	state   lab.State        // of one target
	reading profiler.Reading // of one target
	frames  uint64
	stream  live.Usage
	archive archive.Usage
	history int64
}

func (s *Source) now() *instant {
	return &instant{frames: s.Frames(), stream: s.Stream(), archive: s.Archive(), history: s.HistoryMaxBytes()}
}

// of turns to one target.
func (n *instant) of(t *Target) {
	n.state = t.State()
	var any bool
	if n.reading, _, any = t.Latest(); !any {
		n.reading = profiler.NewReading(n.reading.At, 0)
	}
}

// A metric is one figure: its name after "leakline_", and how it is read.
type metric struct {
	name, help string
	kind       prometheus.ValueType
	read       func(*instant) float64 // profiler.Unknown to leave it out
}

type collector struct {
	source   Source
	observer []*prometheus.Desc // of ofObserver, in its order
	target   []*prometheus.Desc // of ofTarget, in its order
	status   *prometheus.Desc
	verdict  *prometheus.Desc
	strategy *prometheus.Desc
}

// NewCollector returns a collector of everything that s knows.
func NewCollector(s Source) prometheus.Collector {
	desc := func(m metric, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("leakline_"+m.name, m.help, labels, nil)
	}
	c := &collector{
		source: s,
		status: prometheus.NewDesc("leakline_patient_status", "1 for what the patient is doing, 0 for what it is not.",
			[]string{"target", "status"}, nil),
		verdict: prometheus.NewDesc("leakline_patient_verdict", "1 for the verdict on the patient, 0 for what it is not.",
			[]string{"target", "verdict"}, nil),
		strategy: prometheus.NewDesc("leakline_patient_strategy_info", "The strategy that runs, or will once there is a process.",
			[]string{"target", "strategy"}, nil),
	}
	for _, m := range ofObserver {
		c.observer = append(c.observer, desc(m))
	}
	for _, m := range ofTarget {
		c.target = append(c.target, desc(m, "target"))
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range slices.Concat(c.observer, c.target) {
		out <- d
	}
	out <- c.status
	out <- c.verdict
	out <- c.strategy
}

// oneOf is one of the states that something can be in.
func oneOf(d *prometheus.Desc, is bool, labels ...string) prometheus.Metric {
	value := 0.0
	if is {
		value = 1
	}
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	now := c.source.now()
	send := func(d *prometheus.Desc, m metric, labels ...string) {
		if v := m.read(now); profiler.Known(v) {
			out <- prometheus.MustNewConstMetric(d, m.kind, v, labels...)
		}
	}
	for i, m := range ofObserver {
		send(c.observer[i], m)
	}
	for _, of := range c.source.Targets() {
		now.of(&of)
		for i, m := range ofTarget {
			send(c.target[i], m, of.ID)
		}
		for _, s := range statuses {
			out <- oneOf(c.status, s == now.state.Status, of.ID, string(s))
		}
		word := of.Verdict()
		for _, w := range verdict.Words() {
			out <- oneOf(c.verdict, w == word, of.ID, string(w))
		}
		if now.state.Strategy != "" {
			out <- prometheus.MustNewConstMetric(c.strategy, prometheus.GaugeValue, 1, of.ID, now.state.Strategy)
		}
	}
}
