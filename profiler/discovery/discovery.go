// Package discovery finds the services of a fleet while it changes: from a list,
// from files in the format of Prometheus' file_sd, from DNS. Others bring
// sources of their own.
package discovery

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"
)

// A Service is a process that can be asked.
type Service struct {
	URL    string            // as target.StrangerConfig takes it
	Labels map[string]string // what its source says of it; may be nil
	Since  time.Time         // no source has listed it any more; zero while one does
	Named  bool              // by whoever runs us, not by others who may write to its source
}

// A Source looks services up. What it returns is not changed afterwards.
type Source interface {
	Name() string // for people
	Look(context.Context) ([]Service, error)
}

// Found is what all sources together know.
type Found struct {
	Services []Service // each URL once, in the order of the sources and of each source; then what is not listed any more, the latest first
	Sources  []State
}

// A State says how a source does.
type State struct {
	Name     string
	Services int       // that it said last
	Err      error     // of the last look; what it said before it stands
	At       time.Time // of the last look
}

const (
	defaultGrace = 10 * time.Minute
	defaultEvery = 5 * time.Second
	lookWithin   = 5 * time.Second
)

// Config wires a Finder. Sources and Changed are required.
type Config struct {
	Sources []Source
	Shard   Shard         // of what is found; default all
	Every   time.Duration // between looks; default 5 s
	Grace   time.Duration // for which what is not listed any more is kept; default 10 min
	Looked  func([]State) // called from Run after each look, with how all sources do that were looked at; may be nil
	Changed func(Found)   // called from Run, after each source's first look, then when something else is found or a source fails or recovers
}

// Run looks again and again until ctx ends. A source that fails keeps what it
// said last: an unreadable file is no reason to stop watching.
func Run(ctx context.Context, cfg Config) error {
	tick := time.NewTicker(cmp.Or(cfg.Every, defaultEvery))
	defer tick.Stop()
	said, last := make([][]Service, len(cfg.Sources)), Found{}
	gone := vanished{grace: cmp.Or(cfg.Grace, defaultGrace)}
	tell := func(now Found) {
		if now.Services = gone.after(cfg.Shard.of(union(said)), time.Now()); !last.same(now) {
			cfg.Changed(now)
			last = now
		}
	}
	states := make([]State, 0, len(cfg.Sources))
	for first := true; ; first = false {
		for i, source := range cfg.Sources {
			list, err := lookAt(ctx, source)
			if ctx.Err() != nil {
				return nil
			}
			if err == nil {
				said[i] = list
			}
			state := State{source.Name(), len(said[i]), err, time.Now()}
			if first { // what is named is not kept waiting by a slow resolver
				states = append(states, state)
				tell(Found{Sources: slices.Clone(states)})
			} else {
				states[i] = state
			}
			if cfg.Looked != nil {
				cfg.Looked(slices.Clone(states))
			}
		}
		tell(Found{Sources: slices.Clone(states)})
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func lookAt(ctx context.Context, s Source) ([]Service, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return s.Look(ctx)
}

// union keeps the first of those that share a URL. It is named if any of them is.
func union(lists [][]Service) (all []Service) {
	at := make(map[string]int)
	for _, list := range lists {
		for _, s := range list {
			i, seen := at[s.URL]
			if !seen {
				at[s.URL] = len(all)
				all = append(all, s)
				continue
			}
			all[i].Named = all[i].Named || s.Named
		}
	}
	return all
}

// same reports whether two finds differ in no more than when they were made.
func (f *Found) same(o Found) bool {
	return reflect.DeepEqual(f.Services, o.Services) && slices.EqualFunc(f.Sources, o.Sources, func(a, b State) bool {
		return a.Services == b.Services && text(a.Err) == text(b.Err)
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// List is a source that never changes.
type List []string

// Name implements Source.
func (List) Name() string { return "named at the start" }

// Look implements Source.
func (l List) Look(context.Context) ([]Service, error) {
	services := make([]Service, len(l))
	for i, url := range l {
		services[i] = Service{URL: url, Named: true}
	}
	return services, nil
}
