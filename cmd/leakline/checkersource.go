package main

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/profiler/discovery"
)

// A checkerSource finds the checkers that have registered with a fleet.
type checkerSource struct{ fleet *fleet.Fleet }

// Name implements discovery.Source.
func (s checkerSource) Name() string { return "checkers of fleet " + s.fleet.Name() + ", from Redis" }

// Look implements discovery.Source. Whoever can write to Redis chooses what it
// says, so none is named by us; and no socket of this machine is a checker's. A
// checker that Redis does not hear of may well be reached by others, so it
// stays; those that are heard of come first, because an observer watches so
// many and no more.
func (s checkerSource) Look(ctx context.Context) ([]discovery.Service, error) {
	members, err := s.fleet.Members(ctx)
	if err != nil {
		return nil, err
	}
	var services []discovery.Service
	slices.SortStableFunc(members, func(a, b fleet.Member) int { return cmp.Compare(min(a.Silent, 1), min(b.Silent, 1)) })
	for _, m := range members {
		if strings.HasPrefix(m.URL, "http://") || strings.HasPrefix(m.URL, "https://") {
			services = append(services, discovery.Service{URL: m.URL, Labels: map[string]string{"version": m.Version}})
		}
	}
	return services, nil
}
