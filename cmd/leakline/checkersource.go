package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/profiler/discovery"
)

// A checkerSource finds the checkers that have registered with a fleet.
type checkerSource struct{ fleet *fleet.Fleet }

// Name implements discovery.Source.
func (s checkerSource) Name() string { return "checkers of fleet " + s.fleet.Name() + ", from Redis" }

// Look implements discovery.Source. A checker that Redis does not hear of may
// well be reached by others, so it stays; those that are heard of come first,
// because an observer watches so many and no more.
func (s checkerSource) Look(ctx context.Context) ([]discovery.Service, error) {
	members, err := s.fleet.Members(ctx)
	if err != nil {
		return nil, err
	}
	var services []discovery.Service
	slices.SortStableFunc(members, func(a, b fleet.Member) int { return cmp.Compare(min(a.Silent, 1), min(b.Silent, 1)) })
	for _, m := range members {
		if m.URL != "" {
			services = append(services, discovery.Service{URL: m.URL, Labels: map[string]string{"version": m.Version}})
		}
	}
	return services, nil
}
