package web

import (
	"cmp"
	"slices"

	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// urgency ranks what a process is called.
func urgency(in api.Instance) int {
	switch {
	case gone(in):
		return -1
	case in.Status.Down():
		return 3
	case in.Verdict == nil:
		return 1
	case in.Verdict.Fault():
		return 4
	case *in.Verdict == verdict.Growing || *in.Verdict == verdict.OffHeap:
		return 2
	}
	return 0
}

func slopeOf(in api.Instance) float64 {
	if in.Slope == nil {
		return 0
	}
	return in.Slope.Estimate
}

// fleetOrders are the columns that the table can be sorted by, largest first.
var fleetOrders = map[string]func(api.Instance) float64{
	"verdict":  func(in api.Instance) float64 { return float64(urgency(in)) },
	"floor":    func(in api.Instance) float64 { return float64(in.Floor) },
	"slope":    slopeOf,
	"restarts": func(in api.Instance) float64 { return float64(in.Restarts) },
}

func sortInstances(all []api.Instance, by string) {
	order := fleetOrders[by]
	if order == nil {
		order = fleetOrders["verdict"]
	}
	slices.SortStableFunc(all, func(a, b api.Instance) int {
		return cmp.Or(cmp.Compare(order(b), order(a)), cmp.Compare(slopeOf(b), slopeOf(a)), cmp.Compare(a.ID, b.ID))
	})
}

func fleetColumns(by string) []templates.FleetColumn {
	columns := []templates.FleetColumn{
		{Text: "process"}, {Text: "verdict", Href: "verdict"}, {Text: "trend"}, {Text: "floor", Number: true, Href: "floor"},
		{Text: "grows", Number: true, Href: "slope"}, {Text: "per request", Number: true}, {Text: "restarts", Number: true, Href: "restarts"},
		{Text: "up", Number: true}, {Text: "build"}, {Text: "looked at", Number: true},
	}
	if fleetOrders[by] == nil {
		by = "verdict"
	}
	for i := range columns {
		if key := columns[i].Href; key != "" {
			columns[i].Href, columns[i].Sorted = "/fleet?sort="+key, key == by
		}
	}
	return columns
}
