package web

import (
	"fmt"
	"net/url"
	"regexp"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// whoHolds leads to who holds what a verdict's first suspect allocates; the
// page's script makes the same link. It is empty where nobody asks.
func whoHolds(t *api.Target, v verdict.Verdict) string {
	if !v.Word.Fault() || len(v.Suspects) == 0 {
		return ""
	}
	s := v.Suspects[0]
	q := url.Values{"target": {t.ID}}
	if s.Kind == "goroutine" {
		q.Set("goroutine", s.Function)
	} else {
		q.Set("site", sitePattern(s.Function, s.Line))
	}
	return "/holders?" + q.Encode()
}

// sitePattern matches one site of a heap graph.
func sitePattern(function string, line int) string {
	return "^" + regexp.QuoteMeta(fmt.Sprintf("%s:%d", function, line)) + "$"
}

// offerHolders adds to each row of a comparison that grew who holds it: in a
// heap graph of head's life or, while that life lasts, in one to be taken.
func (s *Server) offerHolders(c *api.Comparison, rows []templates.Site) {
	t, err := s.cfg.API.Find(c.Head.Target)
	if err != nil || c.Head.Kind != "heap" {
		return // it was brought along
	}
	life := t.Life()
	path := ""
	if c.Head.SameLife(&profiler.Snapshot{Target: t.ID, Epoch: s.cfg.API.Epoch, Generation: life.Generation}) && life.Up() {
		path = "/holders"
	}
	for _, g := range s.cfg.API.HeapGraphs(t) {
		if g.SameLife(&c.Head) {
			path = "/holders/" + g.ID // the newest of them
		}
	}
	if path == "" {
		return
	}
	for i := range rows {
		if rows[i].Moved != "grew" {
			continue
		}
		site := &c.Sites[i]
		rows[i].Aside = "Who holds this?"
		rows[i].AsideHref = path + "?" + url.Values{"target": {t.ID}, "site": {sitePattern(site.Function, site.Line)}}.Encode()
	}
}
