package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/heapgraph"
)

const (
	defaultHolders = 10
	maxHolders     = 200 // rows of anything about a heap graph
	maxSite        = 1000
)

func (a *API) heapGraphs(t *Target, w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, map[string][]profiler.Snapshot{"heapgraphs": a.HeapGraphs(t)})
}

func (a *API) takeHeapGraph(t *Target, w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Force bool `json:"force"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	s, err := a.TakeHeapGraph(r, t, want.Force)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, s)
}

func (a *API) deleteHeapGraph(w http.ResponseWriter, r *http.Request) error {
	if err := a.Graphs.Delete(r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// heapGraphFile sends a graph as leakline holders reads it.
func (a *API) heapGraphFile(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if _, err := a.HeapGraph(id); err != nil {
		return err
	}
	raw, err := a.Graphs.Profile(id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.heapgraph"`, id))
	w.Write(raw)
	return nil
}

// A HoldersAnswer says who holds what in one heap graph.
type HoldersAnswer struct {
	Graph profiler.Snapshot `json:"graph"`
	heapgraph.Report
}

// Holders asks a heap graph who holds what is allocated at the sites that an
// expression matches, or anything where it is empty.
func (a *API) Holders(t *Target, id, site string, n int) (*HoldersAnswer, error) {
	expression, err := siteExpression(site)
	if err != nil {
		return nil, err
	}
	s, err := a.FindHeapGraph(t, id)
	if err != nil {
		return nil, err
	}
	graph, err := a.Analysis(s.ID)
	if err != nil {
		return nil, err
	}
	r := graph.Report(expression, n)
	r.Target, r.PauseMS = s.Target, s.PauseMS
	return &HoldersAnswer{s, *r}, nil
}

func siteExpression(site string) (*regexp.Regexp, error) {
	if site == "" {
		return nil, nil
	}
	if len(site) > maxSite {
		return nil, refuse("site has %d bytes: want at most %d", len(site), maxSite)
	}
	expression, err := regexp.Compile(site)
	if err != nil {
		return nil, refuse("site=%q is not a regular expression: %v", site, err)
	}
	return expression, nil
}

func (a *API) holders(t *Target, w http.ResponseWriter, r *http.Request) error {
	n, err := rows(r)
	if err != nil {
		return err
	}
	found, err := a.Holders(t, r.FormValue("graph"), r.FormValue("site"), n)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, found)
}

// rows is how many are asked for by top.
func rows(r *http.Request) (int, error) {
	top := r.FormValue("top")
	if top == "" {
		return defaultHolders, nil
	}
	n, err := strconv.Atoi(top)
	if err != nil || n < 1 || n > maxHolders {
		return 0, refuse("top=%q: want 1 to %d", top, maxHolders)
	}
	return n, nil
}

// heapTree sends a node's path and children, or what a text is found in.
func (a *API) heapTree(w http.ResponseWriter, r *http.Request) error {
	n, err := rows(r)
	if err != nil {
		return err
	}
	graph, err := a.Analysis(r.PathValue("id"))
	if err != nil {
		return err
	}
	tree := struct {
		Path     []heapgraph.Step `json:"path"`
		Children []heapgraph.Step `json:"children"`
		All      int              `json:"all"` // how many children there are
	}{Path: []heapgraph.Step{}, Children: []heapgraph.Step{}}
	if text := r.FormValue("search"); text != "" {
		tree.Children = append(tree.Children, graph.Search(text, n)...)
		tree.All = len(tree.Children)
		return answer(w, http.StatusOK, tree)
	}
	node := uint64(graph.Root())
	if text := r.FormValue("node"); text != "" {
		if node, err = strconv.ParseUint(text, 10, 32); err != nil {
			return refuse("node=%q: want the number of a node", text)
		}
	}
	children, all := graph.Children(uint32(node), n)
	tree.Path, tree.Children, tree.All = append(tree.Path, graph.Path(uint32(node))...), append(tree.Children, children...), all
	return answer(w, http.StatusOK, tree)
}

// compareHolders sends what changed most from one heap graph to another.
func (a *API) compareHolders(w http.ResponseWriter, r *http.Request) error {
	n, err := rows(r)
	if err != nil {
		return err
	}
	changes, base, head, err := a.CompareHolders(r.FormValue("base"), r.FormValue("head"), n)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, struct {
		Base    profiler.Snapshot  `json:"base"`
		Head    profiler.Snapshot  `json:"head"`
		Changes []heapgraph.Change `json:"changes"`
	}{base, head, changes})
}

// CompareHolders says what changed most from one heap graph to another.
func (a *API) CompareHolders(baseID, headID string, n int) (changes []heapgraph.Change, base, head profiler.Snapshot, err error) {
	if baseID == "" || headID == "" {
		return nil, base, head, refuse("name two heap graphs: base and head")
	}
	if base, err = a.HeapGraph(baseID); err != nil {
		return nil, base, head, err
	}
	if head, err = a.HeapGraph(headID); err != nil {
		return nil, base, head, err
	}
	before, err := a.Analysis(baseID)
	if err != nil {
		return nil, base, head, err
	}
	after, err := a.Analysis(headID)
	if err != nil {
		return nil, base, head, err
	}
	return append([]heapgraph.Change{}, heapgraph.Compare(before, after, n)...), base, head, nil
}
