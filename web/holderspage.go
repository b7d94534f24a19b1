package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

const (
	shownHolders = 12
	shownNodes   = 20
	shownChanges = 6
)

// holdersNow shows the newest heap graph of what runs, or offers to take one.
func (s *Server) holdersNow(w http.ResponseWriter, r *http.Request) error {
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return err
	}
	list := s.cfg.API.HeapGraphs(t)
	life := t.Life()
	now := profiler.Snapshot{Target: t.ID, Epoch: s.cfg.API.Epoch, Generation: life.Generation}
	if t.Lab != nil {
		now.Strategy = t.LabState().Strategy
	}
	if n := len(list); n > 0 && list[n-1].SameLife(&now) && list[n-1].Strategy == now.Strategy {
		http.Redirect(w, r, "/holders/"+list[n-1].ID+withQuery(r.URL.Query()), http.StatusSeeOther)
		return nil
	}
	view := templates.HoldersEmptyView{Page: s.page(r, t, "Holders", "holders"), Possible: life.Up()}
	view.Text = "A heap profile says where memory was allocated; a heap graph says what keeps it alive. The process stands still while it is dumped, some 4\u00a0ms for each MB alive, and nothing of what its objects contain is kept."
	if !view.Possible {
		view.Text = "The process is not there to be asked. A heap graph can be taken when it is back."
	}
	for _, g := range slices.Backward(list) {
		if len(view.Graphs) < 5 {
			view.Graphs = append(view.Graphs, templates.Link{Text: "heap graph " + graphWords(g), Href: "/holders/" + g.ID + withQuery(r.URL.Query())})
		}
	}
	return s.render(w, r, http.StatusOK, templates.HoldersEmpty(view))
}

func withQuery(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// graphWords name a heap graph in a list.
func graphWords(g profiler.Snapshot) string {
	words := fmt.Sprintf("%s, %s, generation %d", g.ID, clock(g.Time), g.Generation)
	if g.Strategy != "" {
		words += ", " + g.Strategy
	}
	return words
}

// holdersPage shows who holds what in one heap graph.
func (s *Server) holdersPage(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.cfg.API.HeapGraph(r.PathValue("id"))
	if err != nil {
		return err
	}
	t := s.targetOr(r, kept.Target)
	answer, err := s.cfg.API.Holders(t, kept.ID, r.FormValue("site"), shownHolders)
	if err != nil {
		return err
	}
	graph, err := s.cfg.API.Analysis(kept.ID)
	if err != nil {
		return err
	}
	p := &holdersBuilder{s: s, r: r, target: t, answer: answer, graph: graph, query: r.URL.Query()}
	view, err := p.view()
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, templates.Holders(*view))
}

// A holdersBuilder makes the view of one heap graph.
type holdersBuilder struct {
	s      *Server
	r      *http.Request
	target *api.Target
	answer *api.HoldersAnswer
	graph  *heapgraph.Analysis
	query  url.Values
	rows   []heapgraph.Holder
	shown  *heapgraph.Holder // whose path is drawn; nil for none
}

func (b *holdersBuilder) view() (*templates.HoldersView, error) {
	if err := b.choose(); err != nil {
		return nil, err
	}
	g := b.answer.Graph
	v := &templates.HoldersView{
		Page: b.s.page(b.r, b.target, "Holders, heap graph "+g.ID, "holders"), ID: g.ID, Headline: b.headline(),
		SampledTitle: "sampled there", RowsTitle: "Holders",
		Search: b.query.Get("search"), Notes: b.notes(),
	}
	if b.answer.Summary != "" && b.query.Get("site") != "" {
		v.RowsTitle, v.AllHref = "Holders of what is allocated there", "/holders/"+g.ID
	} else {
		v.SampledTitle = "sampled"
	}
	for _, other := range slices.Backward(b.s.cfg.API.HeapGraphs(b.target)) {
		if len(v.Graphs) < 6 {
			v.Graphs = append(v.Graphs, templates.Choice{Text: other.ID + " · " + clock(other.Time), Href: b.href(other.ID, "node", "", "holder", ""), Current: other.ID == g.ID})
		}
	}
	for i := range b.rows {
		v.Rows = append(v.Rows, b.row(&b.rows[i]))
	}
	b.chain(v)
	b.tree(v)
	for _, name := range []string{"site", "target"} {
		if value := b.query.Get(name); value != "" {
			v.Keep = append(v.Keep, templates.Link{Text: name, Href: value})
		}
	}
	return v, b.changes(v)
}

// choose finds the holders to list and the one whose path is drawn.
func (b *holdersBuilder) choose() error {
	b.rows = b.answer.Holders
	if function := b.query.Get("goroutine"); function != "" {
		for i, h := range b.graph.Top(1000) {
			if h.Kind == heapgraph.Goroutine && strings.HasPrefix(h.Name, function) {
				if i >= len(b.rows) {
					b.rows = append(slices.Clone(b.rows), h)
				}
				b.query.Set("holder", strconv.FormatUint(uint64(h.Node), 10))
				break
			}
		}
	}
	wanted := b.query.Get("holder")
	for i := range b.rows {
		if b.shown == nil && wanted == "" || strconv.FormatUint(uint64(b.rows[i].Node), 10) == wanted {
			b.shown = &b.rows[i]
		}
	}
	if wanted != "" && b.shown == nil {
		return api.Refuse(http.StatusNotFound, "holder %q: it is none of those that hold most", wanted)
	}
	return nil
}

// href is this page with other parameters; an empty value removes one.
func (b *holdersBuilder) href(id string, pairs ...string) string {
	q := url.Values{}
	for name, values := range b.query {
		q[name] = values
	}
	q.Del("goroutine")
	for i := 0; i < len(pairs); i += 2 {
		q.Del(pairs[i])
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return "/holders/" + id + withQuery(q)
}
