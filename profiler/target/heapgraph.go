package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/heapgraph"
)

const (
	graphTimeout = 2 * time.Minute // of a dump, its conversion and its way here
	quietFor     = 100 * time.Millisecond
)

// ErrNoHeapGraph reports a service that cannot be asked who holds its memory.
var ErrNoHeapGraph = errors.New(`who holds memory is told by leakline's agent alone: mount it with mux.Handle("/debug/", agent.Handler(agent.Config{}))`)

// ErrMayHurt reports a service that had better not dump its heap.
var ErrMayHurt = errors.New("the service does not dump its heap, because that may hurt it: its heap is large, or near its memory limit, or its temporary files lie in memory; it can be forced to")

// A HeapCapture is the graph of a heap and what it stands for.
type HeapCapture struct {
	Graph *heapgraph.Graph
	profiler.Snapshot
}

// HeapGraph has the process dump its heap, after a collection, and returns the
// graph of it; the world stands still there for some 4 ms for each MB alive.
// force has it done where the agent says that the dump may hurt.
func (t *Target) HeapGraph(ctx context.Context, force bool) (*HeapCapture, error) {
	ctx, cancel := context.WithTimeout(ctx, graphTimeout)
	defer cancel()
	if t.cfg.Dump != nil {
		return t.drained(ctx)
	}
	query := url.Values{}
	if force {
		query.Set("force", "1")
	}
	resp, err := t.do(ctx, http.MethodGet, "/debug/leakline/heapgraph", query)
	if err != nil {
		var refused *Refusal
		switch {
		case errors.As(err, &refused) && refused.Status == http.StatusNotFound:
			return nil, ErrNoHeapGraph
		case errors.As(err, &refused) && refused.Status == http.StatusConflict:
			return nil, ErrMayHurt
		}
		return nil, fmt.Errorf("asking for the heap graph: %w", err)
	}
	defer resp.Body.Close()
	graph, err := heapgraph.Decode(resp.Body, heapgraph.Options{})
	if err != nil {
		return nil, fmt.Errorf("reading the heap graph: %w", err)
	}
	return graphCaptured(graph, resp.Header), nil
}

// drained takes a dump through the pipe that the process was started with.
func (t *Target) drained(ctx context.Context) (*HeapCapture, error) {
	t.dumping.Lock()
	defer t.dumping.Unlock()
	done := t.cfg.Dump.listen()
	defer done()
	type answer struct {
		header http.Header
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		resp, err := t.do(ctx, http.MethodPost, "/debug/leakline/heapdump", nil)
		if err != nil {
			done() // nothing comes: whoever reads need not wait
			answered <- answer{err: fmt.Errorf("asking for a heap dump: %w", err)}
			return
		}
		resp.Body.Close()
		answered <- answer{header: resp.Header}
	}()
	graph, err := heapgraph.Read(t.cfg.Dump, heapgraph.Options{Binary: t.cfg.Binary, SampleRate: t.cfg.SampleRate})
	a := <-answered
	if err != nil || a.err != nil {
		t.quiet(ctx) // what is left of this dump must not begin the next
	}
	switch {
	case a.err != nil:
		return nil, a.err
	case err != nil:
		return nil, fmt.Errorf("reading the heap dump: %w", err)
	}
	return graphCaptured(graph, a.header), nil
}

// quiet waits until the pipe has nothing more.
func (t *Target) quiet(ctx context.Context) {
	for seen := int64(-1); seen != t.cfg.Dump.read() && ctx.Err() == nil; {
		seen = t.cfg.Dump.read()
		select {
		case <-ctx.Done():
		case <-time.After(quietFor):
		}
	}
}

func graphCaptured(g *heapgraph.Graph, h http.Header) *HeapCapture {
	c := &HeapCapture{Graph: g, Snapshot: describe(h)}
	c.Kind, c.Time = profiler.KindHeapGraph, time.Now()
	if pause, ok := amount(h, agent.HeaderPause); ok {
		c.PauseMS = &pause
	}
	return c
}

// HeapGraph takes the graph of the patient's heap, keeps it and marks it.
func (w *Watch) HeapGraph(ctx context.Context, force bool, by string) (profiler.Snapshot, *heapgraph.Analysis, error) {
	w.capture.Lock()
	defer w.capture.Unlock()
	w.mu.Lock()
	p, generation, strategy := w.patient, w.generation, w.strategy
	w.mu.Unlock()
	if p == nil {
		return profiler.Snapshot{}, nil, ErrNotRunning
	}
	holds, ok := p.(interface {
		HeapGraph(context.Context, bool) (*HeapCapture, error)
	})
	if !ok || w.cfg.Graphs == nil {
		return profiler.Snapshot{}, nil, ErrNoHeapGraph
	}
	c, err := holds.HeapGraph(ctx, force)
	if err != nil {
		return profiler.Snapshot{}, nil, err
	}
	var file bytes.Buffer
	if err := c.Graph.Encode(&file); err != nil {
		return profiler.Snapshot{}, nil, fmt.Errorf("writing the heap graph: %w", err)
	}
	s := c.Snapshot
	s.Target, s.Epoch, s.Reason, s.Generation, s.Strategy = w.cfg.ID, w.cfg.Epoch, profiler.ReasonManual, generation, strategy
	if s, err = w.cfg.Graphs.Save(s, file.Bytes()); err != nil {
		return profiler.Snapshot{}, nil, err
	}
	text := fmt.Sprintf("heap graph %s taken", s.ID)
	if s.PauseMS != nil {
		text += fmt.Sprintf(": the process stood still for %.0f\u00a0ms", *s.PauseMS)
	}
	w.Mark(profiler.Mark{Kind: profiler.MarkNote, By: by, Text: text, Generation: generation})
	return s, c.Graph.Analyze(), nil
}
