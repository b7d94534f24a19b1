package api

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/heapgraph"
)

// MaxAnalyses bounds the heap graphs that are ready to be asked; of a million
// objects each takes some 80 MB, and reading one again a second.
const MaxAnalyses = 2

// AnalysesKept is how many heap graphs are ready to be asked.
func (a *API) AnalysesKept() int {
	a.analysed.mu.Lock()
	defer a.analysed.mu.Unlock()
	return len(a.analysed.kept)
}

// analyses are the heap graphs that were asked last. The zero value is ready
// for use.
type analyses struct {
	mu   sync.Mutex // held while one is read and analysed: two at a time are too many
	kept []analysed // the one asked last is first
}

type analysed struct {
	id string
	*heapgraph.Analysis
}

func (s *analyses) keepLocked(id string, a *heapgraph.Analysis) {
	kept := []analysed{{id, a}}
	for _, other := range s.kept {
		if other.id != id && len(kept) < MaxAnalyses {
			kept = append(kept, other)
		}
	}
	s.kept = kept
}

// Analysed takes in a heap graph that somebody has just analysed.
func (a *API) Analysed(s profiler.Snapshot, graph *heapgraph.Analysis) {
	a.analysed.mu.Lock()
	defer a.analysed.mu.Unlock()
	a.analysed.keepLocked(s.ID, graph)
}

// Analysis returns a heap graph that was kept, ready to be asked.
func (a *API) Analysis(id string) (*heapgraph.Analysis, error) {
	a.analysed.mu.Lock()
	defer a.analysed.mu.Unlock()
	for _, k := range a.analysed.kept {
		if k.id == id {
			a.analysed.keepLocked(id, k.Analysis)
			return k.Analysis, nil
		}
	}
	raw, err := a.Graphs.Profile(id)
	if err != nil {
		return nil, err
	}
	graph, err := heapgraph.Decode(bytes.NewReader(raw), heapgraph.Options{})
	if err != nil {
		return nil, fmt.Errorf("reading heap graph %s: %w", id, err)
	}
	analysis := graph.Analyze()
	a.analysed.keepLocked(id, analysis)
	return analysis, nil
}

// HeapGraphs lists the heap graphs of a target, oldest first.
func (a *API) HeapGraphs(t *Target) []profiler.Snapshot {
	list := []profiler.Snapshot{}
	for _, s := range a.Graphs.List() {
		if s.Target == t.ID && !a.hidden(s) {
			list = append(list, s)
		}
	}
	return list
}

// TakeHeapGraph has a target's process dump its heap, and keeps the graph.
func (a *API) TakeHeapGraph(r *http.Request, t *Target, force bool) (profiler.Snapshot, error) {
	if err := t.Uncovered(); err != nil {
		return profiler.Snapshot{}, err
	}
	s, graph, err := t.Watch.HeapGraph(r.Context(), force, by)
	if err != nil {
		return profiler.Snapshot{}, err
	}
	a.Analysed(s, graph)
	return s, nil
}

// FindHeapGraph returns the graph of an id, or a target's newest where none is
// named; an error that is profiler.ErrNoSnapshot where there is none.
func (a *API) FindHeapGraph(t *Target, id string) (profiler.Snapshot, error) {
	if id != "" {
		return a.HeapGraph(id)
	}
	list := a.HeapGraphs(t)
	if len(list) == 0 {
		return profiler.Snapshot{}, fmt.Errorf("no heap graph of %s has been taken: %w", t.ID, profiler.ErrNoSnapshot)
	}
	return list[len(list)-1], nil
}
