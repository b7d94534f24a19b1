package main

import (
	"context"
	"regexp"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler/discovery"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/live"
)

const (
	// maxAttached bounds how many services are watched: each takes some 9 MB here
	// for its history and the frames of its stream.
	maxAttached = 100

	maxViewersEach = 200 // of one service

	// crowdFrames is seven minutes of one among many, which is read once a
	// second, and forty seconds of one among few.
	crowdFrames = 400
)

// A watcher watches what its sources find, each service by an attachment of
// its own that comes and goes with it.
type watcher struct {
	o        *observer
	auth     target.Auth
	hosts    target.AuthHosts // that are told it though others have named them
	gc       bool
	userCode *regexp.Regexp
	pace     *target.Pace
	sources  []discovery.Source
	shard    discovery.Shard
	every    time.Duration // between looks at them; 0 for the default

	// Owned by run.
	watched map[string]*watched // by URL
	ids     map[string]bool     // that are taken
}

// A watched service is one that an attachment runs for.
type watched struct {
	shown *api.Target
	told  bool // the secret, or there is none
	stop  context.CancelFunc
}

// run finds and watches until ctx ends.
func (w *watcher) run(ctx context.Context) error {
	w.watched, w.ids = make(map[string]*watched), make(map[string]bool)
	var running sync.WaitGroup
	defer running.Wait()
	return discovery.Run(ctx, discovery.Config{
		Sources: w.sources, Shard: w.shard, Every: w.every,
		Looked:  func(states []discovery.State) { w.o.api.Fleet.Looked(states, len(states) == len(w.sources)) },
		Changed: func(found discovery.Found) { w.apply(ctx, &running, found) },
	})
}

// apply ends what is not found any more and begins what is found anew.
func (w *watcher) apply(ctx context.Context, running *sync.WaitGroup, found discovery.Found) {
	services, over := w.choose(found.Services)
	w.o.api.Fleet.SetOver(over)
	for _, s := range found.Sources {
		if s.Err != nil {
			w.o.log.Warn("services cannot be looked up", "source", s.Name, "error", s.Err)
		}
	}
	keep := make(map[string]bool)
	for _, s := range services {
		keep[s.URL] = true
	}
	for url := range w.watched {
		if !keep[url] {
			w.end(url)
		}
	}
	w.pace.Share(len(services))
	for _, s := range services {
		one := w.watched[s.URL]
		if one != nil && one.told != w.mayTell(s) { // nothing that runs is told or made to forget a secret
			w.end(s.URL)
			one = nil
		}
		if one == nil {
			if one = w.begin(ctx, running, s); one == nil {
				continue
			}
			w.watched[s.URL] = one
		}
		one.shown.SetLabels(s.Labels)
		one.shown.SetGone(s.Since)
	}
}

// end forgets a service.
func (w *watcher) end(url string) {
	one := w.watched[url]
	one.stop()
	w.o.api.Targets.Remove(one.shown)
	delete(w.watched, url)
	delete(w.ids, one.shown.ID)
}

// begin watches a service; nil where its address is none.
func (w *watcher) begin(ctx context.Context, running *sync.WaitGroup, s discovery.Service) *watched {
	cfg, told := target.StrangerConfig{URL: s.URL, Auth: w.auth}, w.mayTell(s)
	if !told {
		cfg.Auth, cfg.Withheld = target.Auth{}, true
	}
	stranger, err := target.NewStranger(cfg)
	if err != nil {
		w.o.log.Warn("a service that was found is not watched", "error", err)
		return nil
	}
	id := newTargetID(s.URL, stranger.URL(), w.ids)
	a, shown := w.attach(id, stranger)
	shown.Withheld = cfg.Withheld
	ctx, stop := context.WithCancel(ctx)
	running.Go(func() { a.Run(ctx) })
	running.Go(func() { w.o.api.PublishStates(ctx, shown) })
	w.o.api.Targets.Add(shown)
	return &watched{shown, told, stop}
}

// frames is how many frames a stream keeps; 0 is the stream's own default.
func (w *watcher) frames() int {
	if w.pace.Crowd() {
		return crowdFrames
	}
	return 0
}

// attach wires one service.
func (w *watcher) attach(id string, s *target.Stranger) (*target.Attachment, *api.Target) {
	var shown *api.Target
	o, hub := w.o, live.NewHub(live.Config{Epoch: w.o.api.Epoch, Target: id, MaxViewers: maxViewersEach, Frames: w.frames()})
	watch := target.NewWatch(target.WatchConfig{
		ID: id, Epoch: o.api.Epoch, Archive: o.api.Archive, Graphs: o.api.Graphs, Sink: hub,
		Verdict: func(v verdict.Verdict) { shown.PublishVerdict(v) }, UserCode: w.userCode, Log: o.log,
	})
	a := target.NewAttachment(target.AttachConfig{
		Stranger: s, Watch: watch, GC: w.gc, Pace: w.pace, OnLife: func() { shown.StateChanged() }, Log: o.log,
	})
	shown = api.AttachedTarget(a, watch, s.URL(), hub)
	return a, shown
}
