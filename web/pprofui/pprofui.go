// Package pprofui shows profiles in google/pprof's own pages, which many know
// by heart. Its driver is made for one person at a terminal: it keeps its
// configuration in variables of its own, runs programs, opens files that a
// profile names and writes into the home folder. Nobody but this package
// imports it, and only views that do none of this leave here.
package pprofui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/google/pprof/profile"
)

// The reasons for which there is no page.
var (
	ErrNoView     = errors.New("there is no such view of pprof's: want flamegraph, top, peek or graph")
	ErrClosed     = errors.New("this view of pprof's is closed here, because it touches files: download the profiles and use go tool pprof")
	ErrNoHome     = errors.New("pages of pprof's want a home folder, though nothing is written to it: set HOME or XDG_CONFIG_HOME where leakline runs")
	ErrNoGraphviz = errors.New("the graph is drawn by Graphviz: install its dot where leakline runs; flamegraph, top and peek need nothing")
)

// views are those that are open. What is not among them is closed.
var views = []string{"flamegraph", "top", "peek", "graph"}

// closed are those that pprof's menus lead to as well. source and disasm open
// files that the profile names, saveconfig and deleteconfig write settings, and
// what is downloaded here would not be the snapshot byte for byte.
var closed = []string{"source", "disasm", "saveconfig", "deleteconfig", "download"}

// Config says where profiles come from. Load is required.
type Config struct {
	// Load returns the profile of an id. It is the caller's alone, since pprof
	// changes it.
	Load func(id string) (*profile.Profile, error)
	Log  *slog.Logger // default: nothing is logged
}

// A Subject is what is looked at: one profile, or its difference from another.
type Subject struct {
	Base string // id; "" for Head alone
	Head string // id
}

// A Page is what a view answers, whole.
type Page struct {
	ContentType string
	Body        []byte
}

// A RefusedError is what pprof says of profiles or parameters that it cannot
// use.
type RefusedError struct{ said string }

func (e *RefusedError) Error() string { return "pprof: " + e.said }

// MaxKept is how many subjects stay ready: the one on the projector and the
// one before. Each takes its profile decoded, and once more encoded.
const MaxKept = 2

// Pages makes the pages of subjects. It is safe for concurrent use.
type Pages struct {
	cfg  Config
	kept []mounted // newest last; who has the turn may touch it

	ready atomic.Int32 // of kept, for who has no turn
}

// A mounted is a subject with its handlers by view.
type mounted struct {
	subject  Subject
	handlers map[string]http.Handler
}

// turn is had by one caller at a time, of whatever Pages: the driver's state is
// the process's. It also bounds what rendering takes.
var turn = make(chan struct{}, 1)

// New returns pages of nothing yet.
func New(cfg Config) *Pages {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Pages{cfg: cfg}
}

// HasGraph reports whether Graphviz is there to draw the graph.
func HasGraph() bool {
	_, err := exec.LookPath("dot")
	return err == nil
}

// Open says whether a view may be seen, and else why not.
func Open(view string) error {
	switch {
	case slices.Contains(closed, view):
		return ErrClosed
	case !slices.Contains(views, view):
		return ErrNoView
	case view == "graph" && !HasGraph():
		return ErrNoGraphviz
	}
	return nil
}

// Kept is how many subjects are ready.
func (p *Pages) Kept() int { return int(p.ready.Load()) }

// Page renders a view of s as the query has it. It waits for its turn no longer
// than ctx.
func (p *Pages) Page(ctx context.Context, s Subject, view string, query url.Values) (Page, error) {
	if err := Open(view); err != nil {
		return Page{}, err
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return Page{}, context.Cause(ctx)
	}
	m, err := p.mountedInTurn(s)
	if err != nil {
		return Page{}, err
	}
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/" + view, RawQuery: bounded(view, query).Encode()}}
	return render(m.handlers["/"+view], r.WithContext(ctx))
}

// graphWide are the parameters that make a graph as wide as one likes: dot is
// not stopped once it runs, and takes hours over what nobody could read.
var graphWide = []string{"n", "nf", "ef", "trim"}

// bounded is the query without what makes a page cost without end.
func bounded(view string, query url.Values) url.Values {
	kept := make(url.Values, len(query))
	for name, values := range query {
		if view != "graph" || !slices.Contains(graphWide, name) {
			kept[name] = values
		}
	}
	return kept
}

// mountedInTurn returns s with its handlers. The oldest makes room.
func (p *Pages) mountedInTurn(s Subject) (mounted, error) {
	for _, m := range p.kept {
		if m.subject == s {
			return m, nil
		}
	}
	handlers, err := p.mount(s)
	if err != nil {
		return mounted{}, err
	}
	if len(p.kept) == MaxKept {
		p.kept = slices.Delete(p.kept, 0, 1)
	}
	m := mounted{s, handlers}
	p.kept = append(p.kept, m)
	p.ready.Store(int32(len(p.kept)))
	return m, nil
}

// maxPage bounds a page in bytes.
const maxPage = 64 << 20

// render runs a handler into memory. A handler that panics over an odd profile
// has failed, and no more.
func render(h http.Handler, r *http.Request) (page Page, err error) {
	w := &recorder{status: http.StatusOK, header: make(http.Header)}
	defer func() {
		if found := recover(); found != nil {
			page, err = Page{}, fmt.Errorf("rendering %s: pprof panicked: %v", r.URL.Path, found)
		}
	}()
	h.ServeHTTP(w, r)
	switch {
	case w.overflown:
		return Page{}, &RefusedError{fmt.Sprintf("the page would be larger than %d MiB: focus it (f=…)", maxPage>>20)}
	case w.status == http.StatusBadRequest:
		return Page{}, &RefusedError{strings.TrimSpace(string(w.body))}
	case w.status != http.StatusOK:
		return Page{}, fmt.Errorf("rendering %s: pprof answers %d: %s", r.URL.Path, w.status, w.body)
	}
	return Page{w.header.Get("Content-Type"), w.body}, nil
}

// A recorder is a ResponseWriter into memory.
type recorder struct {
	status    int
	header    http.Header
	body      []byte
	overflown bool
}

func (w *recorder) Header() http.Header    { return w.header }
func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(b []byte) (int, error) {
	if w.overflown = w.overflown || len(w.body)+len(b) > maxPage; w.overflown {
		return 0, io.ErrShortBuffer
	}
	w.body = append(w.body, b...)
	return len(b), nil
}
