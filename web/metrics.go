package web

import (
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/web/metrics"
)

// newScrape answers Prometheus. The registry is our own: whatever a dependency
// puts into the default one stays there.
func newScrape(cfg Config) http.Handler {
	series := cfg.API.Lab.Watch().Series()
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		metrics.NewCollector(metrics.Source{
			Target: lab.TargetID, State: cfg.API.Lab.State, Latest: series.Latest,
			Frames: cfg.Hub.Seq, Stream: cfg.Hub.Usage, Archive: cfg.API.Archive.Usage,
			HistoryMaxBytes: series.MaxBytes(),
		}),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:      slog.NewLogLogger(cfg.Log.Handler(), slog.LevelError),
		ErrorHandling: promhttp.ContinueOnError, // a figure that cannot be had does not hide the others
	})
}

func (s *Server) metrics(w http.ResponseWriter, r *http.Request) error {
	s.scrape.ServeHTTP(w, r)
	return nil
}
