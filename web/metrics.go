package web

import (
	"log/slog"
	"net/http"
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/metrics"
)

// newScrape answers Prometheus. The registry is our own: whatever a dependency
// puts into the default one stays there.
func newScrape(cfg Config) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile(`^/gc/heap/live:bytes$`)}, // our own floor
		)),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		metrics.NewCollector(metrics.Source{
			Targets: func() []metrics.Target { return scraped(cfg.API.Targets.All()) },
			Archive: cfg.API.Archive.Usage, HistoryMaxBytes: cfg.API.HistoryMaxBytes,
			Frames: func() (sum uint64) {
				for _, t := range cfg.API.Targets.All() {
					sum += t.Hub.Seq()
				}
				return sum
			},
			Stream: cfg.API.StreamUsage,
		}),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:      slog.NewLogLogger(cfg.Log.Handler(), slog.LevelError),
		ErrorHandling: promhttp.ContinueOnError, // a figure that cannot be had does not hide the others
	})
}

// scraped says where the figures of each target live. It leaves out what was
// taken away: an alert on whatever does not answer would take it for broken.
func scraped(targets []*api.Target) []metrics.Target {
	of := make([]metrics.Target, 0, len(targets))
	for _, t := range targets {
		if t.Left() {
			continue
		}
		one := metrics.Target{
			ID: t.ID, State: func() lab.State { return lab.State{Life: t.Life()} }, Latest: t.Watch.Series().Latest,
			Verdict: func() verdict.Word { return t.Verdict().Word },
		}
		if t.Lab != nil {
			one.State = t.LabState
		}
		of = append(of, one)
	}
	return of
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	s.scrape.ServeHTTP(w, r)
	return nil
}
