package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// reportPage says what a report is and hands it out.
func (s *Server) reportPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return err
	}
	name, _, err := api.WindowOf(r, reportHistory)
	if err != nil {
		return err
	}
	view := templates.ReportPageView{
		Page: s.page(r, t, "Take it home", "report"),
		Holds: []string{
			"The verdict with its evidence, and what it was before.",
			"The charts, what happened on them, and their values as a table.",
			"What changed between two heap profiles, and both of them, for go tool pprof.",
			"The scoreboard, what ran, and what you predicted yourself.",
		},
	}
	if view.Page.Query != "" {
		view.Target = t.ID
	}
	for _, c := range []struct{ name, text string }{{"5m", "5 minutes"}, {"15m", "15 minutes"}, {"1h", "an hour"}, {"24h", "a day"}} {
		view.Windows = append(view.Windows, templates.Choice{Text: c.text, Href: c.name, Current: c.name == name})
	}
	return s.render(w, r, http.StatusOK, templates.ReportPage(view))
}

// reportFile sends the report: what all readers share, and between it what this
// one has predicted.
func (s *Server) reportFile(w http.ResponseWriter, r *http.Request) error {
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return err
	}
	name, span, err := api.WindowOf(r, reportHistory)
	if err != nil {
		return err
	}
	shared, err := s.reports.get(r.Context(), reportKey{t.ID, name}, func(ctx context.Context) (*report, error) {
		return s.makeReport(ctx, t, span)
	})
	if err != nil {
		return err
	}
	own, err := readersPart(r, t)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="leakline-report-%s.html"`, shared.made.Format("20060102-1504")))
	return shared.send(w, r, own)
}

func (s *Server) makeReport(ctx context.Context, t *api.Target, span time.Duration) (*report, error) {
	maker := &reporter{s: s, t: t, span: span, now: time.Now()}
	view, err := maker.view(ctx)
	if err != nil {
		return nil, err
	}
	var document bytes.Buffer
	if err := templates.Report(*view).Render(ctx, &document); err != nil {
		return nil, fmt.Errorf("rendering a report: %w", err)
	}
	return newReport(maker.now, document.Bytes())
}
