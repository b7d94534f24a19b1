package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
	"github.com/leakline/leakline/web/pprofui"
)

// diffPage compares two snapshots, or asks which.
func (s *Server) diffPage(w http.ResponseWriter, r *http.Request) error {
	base, head := r.FormValue("base"), r.FormValue("head")
	if picked := r.URL.Query()["id"]; len(picked) > 0 {
		return s.diffPicked(w, r, picked)
	}
	if base == "" || head == "" || base == head {
		return s.diffPick(w, r, base, head)
	}
	per := r.FormValue("per")
	if per != "second" && per != "request" {
		per = "total"
	}
	c, err := s.cfg.API.CompareForPeople(r.Context(), base, head, r.FormValue("sample"))
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, templates.Diff(s.diffView(r, c, per)))
}

// diffPicked goes on from the snapshots' list, where two are ticked without
// saying which is the base: the older is.
func (s *Server) diffPicked(w http.ResponseWriter, r *http.Request, picked []string) error {
	if len(picked) != 2 {
		return api.Refuse(http.StatusBadRequest, "%d snapshots are picked: pick two", len(picked))
	}
	base, err := s.cfg.API.Snapshot(picked[0])
	if err != nil {
		return err
	}
	head, err := s.cfg.API.Snapshot(picked[1])
	if err != nil {
		return err
	}
	if head.Time.Before(base.Time) {
		base, head = head, base
	}
	http.Redirect(w, r, "/diff?"+url.Values{"base": {base.ID}, "head": {head.ID}}.Encode(), http.StatusSeeOther)
	return nil
}

func (s *Server) diffPick(w http.ResponseWriter, r *http.Request, base, head string) error {
	view := templates.DiffPickView{Upload: roleOf(r) == guard.Instructor, Page: s.page(r, s.targetOr(r, ""), "Diff", "diff"), Base: base, Head: head}
	if base != "" && base == head {
		view.Message = "Base and head are the same snapshot: pick two."
	}
	list := s.cfg.API.Snapshots(s.targetOr(r, ""))
	for _, snap := range slices.Backward(list) {
		view.Snapshots = append(view.Snapshots, snapshotRef(snap))
	}
	if n := len(list); n >= 2 && base == "" && head == "" {
		view.Base, view.Head = list[0].ID, list[n-1].ID
	}
	return s.render(w, r, http.StatusOK, templates.DiffPick(view))
}

// A diffLink makes links to the same comparison seen otherwise.
type diffLink struct{ base, head, sample, per string }

func (l diffLink) href() string {
	q := url.Values{"base": {l.base}, "head": {l.head}, "sample": {l.sample}}
	if l.per != "total" {
		q.Set("per", l.per)
	}
	return "/diff?" + q.Encode()
}

func (s *Server) diffView(r *http.Request, c *api.Comparison, per string) templates.DiffView {
	link := diffLink{c.Base.ID, c.Head.ID, c.Sample, per}
	swapped := link
	swapped.base, swapped.head = link.head, link.base
	unit := newPerUnit(c.Report, per)
	v := templates.DiffView{
		Page: s.page(r, s.targetOr(r, c.Head.Target), "Diff "+c.Base.ID+" → "+c.Head.ID, "diff"),
		Base: snapshotRef(c.Base), Head: snapshotRef(c.Head), SwapHref: swapped.href(),
		Headline: diffHeadline(c), Sample: c.Sample, Samples: sampleChoices(link, c.Kind), Per: perChoices(link),
		Change: changeTitle(c.Sample, per), Other: otherTitle(c.Sample), Scale: unit.scale,
		Empty:    "Nothing moved between these two.",
		Pprof:    templates.Link{Text: "Open in pprof", Href: pprofHref(c.Base.ID, c.Head.ID, c.Sample)},
		Commands: commands(c), Remark: remark(c), Warnings: c.Warnings,
	}
	if !pprofui.HasGraph() {
		v.NoGraph = "pprof's pages have the flame graph, top and peek; its graph needs Graphviz's dot where leakline runs."
	}
	v.Sources = s.sources(c)
	shown := worthARow(c.Report)
	for i := range shown {
		v.Sites = append(v.Sites, siteView(&shown[i], c.Report, unit, v.Sources))
	}
	if v.Page.Instructor {
		s.offerHolders(c, v.Sites)
	}
	v.Folded = folded(c.Folded + len(c.Sites) - len(shown))
	for _, id := range []string{c.Base.ID, c.Head.ID} {
		v.Profiles = append(v.Profiles, templates.Link{Text: id + ".pb.gz", Href: "/api/v1/snapshots/" + id + "/profile.pb.gz"})
	}
	return v
}

func diffHeadline(c *api.Comparison) templates.Headline {
	h := templates.Headline{Sentence: codeSpans(c.Summary, c.Sites), Aside: "Figures of sites are sampled estimates with 95 % intervals; the floor is exact"}
	if c.Explained != nil {
		h.Aside = fmt.Sprintf("The sites named explain %s of the floor's growth, as far as sampling tells. ", units.Percent(min(1, *c.Explained))) + h.Aside
	}
	floor := templates.HeadFigure{Label: "floor", Note: "exact"}
	if b, e := c.Base.FloorBytes, c.Head.FloorBytes; b != nil && e != nil {
		change := float64(*e - *b)
		f := split(units.SignedBytes(change))
		floor.Value, floor.Unit = f.Value, f.Unit
		floor.Note = fmt.Sprintf("%s to %s, exact", units.Bytes(float64(*b)), units.Bytes(float64(*e)))
		floor.Tone = tone(change, 1e6)
	}
	window := templates.HeadFigure{Label: "between them"}
	if !c.SameProcess {
		window.Label = "in head's life of"
	}
	if c.Seconds != nil {
		f := split(units.Seconds(*c.Seconds))
		window.Value, window.Unit = f.Value, f.Unit
	}
	if c.Requests != nil {
		window.Note = units.Count(*c.Requests) + " requests"
	}
	h.Figures = []templates.HeadFigure{floor, window}
	if c.Period > 0 {
		f := split(samplingRate(int(c.Period)))
		h.Figures = append(h.Figures, templates.HeadFigure{Label: "one sample per", Value: f.Value, Unit: f.Unit, Note: "of allocation, on average"})
	}
	return h
}

// tone colours a change that is worth it.
func tone(change, from float64) string {
	switch {
	case change >= from:
		return "grew"
	case change <= -from:
		return "shrank"
	}
	return ""
}

func sampleChoices(link diffLink, kind string) []templates.Choice {
	if kind != diff.KindHeap {
		return nil
	}
	var choices []templates.Choice
	for _, c := range []struct{ text, sample string }{
		{"Alive, bytes", diff.InuseSpace}, {"Alive, objects", diff.InuseObjects},
		{"Allocated, bytes", diff.AllocSpace}, {"Allocated, objects", diff.AllocObjects},
	} {
		to := link
		to.sample = c.sample
		choices = append(choices, templates.Choice{Text: c.text, Href: to.href(), Current: link.sample == c.sample})
	}
	return choices
}

func perChoices(link diffLink) []templates.Choice {
	var choices []templates.Choice
	for _, c := range []struct{ text, per string }{{"Total", "total"}, {"per second", "second"}, {"per request", "request"}} {
		to := link
		to.per = c.per
		choices = append(choices, templates.Choice{Text: c.text, Href: to.href(), Current: link.per == c.per})
	}
	return choices
}

func changeTitle(sample, per string) string {
	title := map[string]string{
		diff.InuseSpace: "alive, change", diff.InuseObjects: "alive objects, change",
		diff.AllocSpace: "allocated", diff.AllocObjects: "objects allocated",
	}[sample]
	if title == "" {
		title = "change"
	}
	if per != "total" {
		title += " per " + per
	}
	return title
}

// otherTitle heads the figure that stands beside the ranked one.
func otherTitle(sample string) string {
	if sample == diff.AllocSpace {
		return changeTitle(diff.InuseSpace, "total")
	}
	return changeTitle(diff.AllocSpace, "total")
}

// littleOf is the share of the largest change below which a site is no row:
// somebody who looks for where memory went does not look there.
const littleOf = 0.01

// worthARow leaves out the tail of the ranked sites.
func worthARow(r *diff.Report) []diff.Site {
	most := 0.0
	for i := range r.Sites {
		most = max(most, math.Abs(r.Sites[i].Value(r.Sample).Estimate))
	}
	var shown []diff.Site
	for _, site := range r.Sites {
		if math.Abs(site.Value(r.Sample).Estimate) >= littleOf*most {
			shown = append(shown, site)
		}
	}
	return shown
}

func folded(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 site that moved little or is below the noise is folded"
	}
	return units.Count(float64(n)) + " sites that moved little or are below the noise are folded"
}

// commands reproduce the page with tools on the command line.
func commands(c *api.Comparison) []string {
	files := c.Base.ID + ".pb.gz " + c.Head.ID + ".pb.gz"
	return []string{
		"go tool pprof -top -sample_index=" + c.Sample + " -diff_base=" + files,
		"leakline diff " + files + " --sample " + c.Sample + " --top 5",
	}
}

// remark says where pprof's rows differ from ours, and why.
func remark(c *api.Comparison) string {
	const sampled = "Figures of sites are sampled estimates; the floor is exact."
	for i := range c.Sites {
		site := &c.Sites[i]
		if site.Leaf != "" && site.Leaf != site.Function {
			return fmt.Sprintf("pprof ranks the functions that allocate, such as %s; this page ranks the first frame that is your code and keeps the leaf beside it. %s",
				diff.ShortName(site.Leaf), sampled)
		}
	}
	return sampled
}

// nan is a cell that sorts last.
var nan = math.NaN()
