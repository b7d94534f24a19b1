package service

import (
	"net/http"
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// newMetrics serves GET /metrics from a registry of its own.
func newMetrics(s *Service) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		newCollector(s), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/gc/heap/live:bytes$`)}, // the floor
		)),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// A collector tells Prometheus what the service counts anyway. It keeps no
// figure of its own; one that is unknown is absent.
type collector struct {
	service *Service
	descs   map[string]*prometheus.Desc // by name
}

// metrics are a name after "leakline_checker_", its help and its label, if any.
var metrics = []struct{ name, help, label string }{
	{"checks_total", "Checks that ended, in a decision or in an error.", ""},
	{"check_errors_total", "Checks that ended without a decision.", ""},
	{"checks_in_flight", "Checks inside a strategy.", ""},
	{"check_duration_seconds", "How long checks took.", ""},
	{"sets_built_total", "Sets of risky users built in this process, counted.", ""},
	{"strategy_info", "The strategy that decides.", "strategy"},
	{"strategy_generation", "Strategies so far, the one that decides included.", ""},
	{"redis_faults_total", "Questions that Redis did not answer, by the way in which it did not.", "fault"},
	{"published_users", "Risky users in the Set that was published last.", ""},
	{"published_timestamp_seconds", "When a Set was published last.", ""},
	{"published_buckets", "Buckets in which the Set is kept.", ""},
	{"publication_duration_seconds", "How long the last publication took.", ""},
	{"publication_users", "Users that the publication under way has brought to Redis; absent between publications.", ""},
	{"publication_expected_users", "Users that it will have brought, as far as is known.", ""},
	{"publishes", "Whether this is the one checker that publishes the risky users, 1 or 0.", ""},
	{"fleet_info", "The fleet whose orders are followed.", "fleet"},
	{"fleet_generation", "Generation of the order that was applied last, 0 before the first.", ""},
	{"fleet_latest_generation", "Generation of the latest order that was seen.", ""},
	{"fleet_behind", "Generations from the order that was applied last to the latest that was seen.", ""},
	{"fleet_lag_seconds", "How long after it was given the order was applied, by the clocks of both sides.", ""},
	{"fleet_contact_timestamp_seconds", "When the fleet's orders were last read.", ""},
	{"copy_users", "Risky users in the copy that checks are decided by.", ""},
	{"copy_bytes", "Memory that the copy takes.", ""},
	{"copy_confirmed_timestamp_seconds", "When the copy's source was last seen to say the same.", ""},
}

func newCollector(s *Service) *collector {
	c := &collector{service: s, descs: make(map[string]*prometheus.Desc)}
	for _, m := range metrics {
		var labels []string
		if m.label != "" {
			labels = []string{m.label}
		}
		c.descs[m.name] = prometheus.NewDesc("leakline_checker_"+m.name, m.help, labels, nil)
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	send := func(kind prometheus.ValueType, name string, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(c.descs[name], kind, v, labels...)
	}
	s, stats := c.service, c.service.stats
	send(prometheus.CounterValue, "checks_total", float64(stats.Requests()))
	send(prometheus.CounterValue, "check_errors_total", float64(stats.Errors()))
	send(prometheus.GaugeValue, "checks_in_flight", float64(stats.InFlight()))
	send(prometheus.CounterValue, "sets_built_total", float64(stats.SetsBuilt()))
	out <- c.durations()
	if name, generation := s.checker.Current(); name != "" {
		send(prometheus.GaugeValue, "strategy_info", 1, name)
		send(prometheus.GaugeValue, "strategy_generation", float64(generation))
	}
	for fault, n := range s.RedisFaults() {
		send(prometheus.CounterValue, "redis_faults_total", float64(n), string(fault))
	}
	s.collectFleet(send)
	send(prometheus.GaugeValue, "published_buckets", float64(s.cfg.Buckets))
	if p := s.updater.Status().Progress; !p.Began.IsZero() {
		send(prometheus.GaugeValue, "publication_users", float64(p.Users))
		if p.Of > 0 {
			send(prometheus.GaugeValue, "publication_expected_users", float64(p.Of))
		}
	}
	if published := s.updater.Status(); !published.At.IsZero() {
		send(prometheus.GaugeValue, "published_users", float64(published.Users))
		send(prometheus.GaugeValue, "publication_duration_seconds", published.Took.Seconds())
		send(prometheus.GaugeValue, "published_timestamp_seconds", float64(published.At.UnixMilli())/1000)
	}
	if held, ok := s.checker.Copy(); ok {
		send(prometheus.GaugeValue, "copy_users", float64(held.Users))
		send(prometheus.GaugeValue, "copy_bytes", float64(held.Bytes))
		send(prometheus.GaugeValue, "copy_confirmed_timestamp_seconds", float64(held.Confirmed.UnixMilli())/1000)
	}
}

// durations turns the counts of each bucket into those up to each bound.
func (c *collector) durations() prometheus.Metric {
	stats := c.service.stats
	bounds := stats.LatencyBounds()
	counts := make([]uint64, len(bounds)+1)
	stats.Latency(counts)
	upTo, total := make(map[float64]uint64, len(bounds)), uint64(0)
	for i, bound := range bounds {
		total += counts[i]
		upTo[bound] = total
	}
	total += counts[len(bounds)]
	return prometheus.MustNewConstHistogram(c.descs["check_duration_seconds"], total, stats.LatencySum().Seconds(), upTo)
}
