package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/leakline/leakline/profiler/diff"
)

// A Build is what instances of one build have in common.
type Build struct {
	Build     string         `json:"build"`
	Instances int            `json:"instances"`
	Faults    int            `json:"faults"`            // instances whose verdict is a fault
	Slope     *diff.Interval `json:"floor_bytes_per_s"` // the median instance's; null while none is known
	Median    string         `json:"median"`            // id of that instance, empty while none is known
}

// buildsOf compares builds by their median instance: one that is stuck or idle
// does not speak for the others.
func buildsOf(instances []Instance) []Build {
	of := make(map[string][]Instance)
	for _, in := range instances {
		of[in.Build] = append(of[in.Build], in)
	}
	builds := []Build{}
	for name, same := range of {
		b := Build{Build: name, Instances: len(same)}
		var sloped []Instance
		for _, in := range same {
			if in.Verdict != nil && in.Verdict.Fault() {
				b.Faults++
			}
			if in.Slope != nil {
				sloped = append(sloped, in)
			}
		}
		if len(sloped) > 0 {
			slices.SortFunc(sloped, func(a, b Instance) int { return cmp.Compare(a.Slope.Estimate, b.Slope.Estimate) })
			median := sloped[len(sloped)/2]
			b.Slope, b.Median = median.Slope, median.ID
		}
		builds = append(builds, b)
	}
	slices.SortFunc(builds, func(a, b Build) int {
		return cmp.Or(cmp.Compare(b.Instances, a.Instances), cmp.Compare(a.Build, b.Build))
	})
	return builds
}

// CompareInstances returns the newest heap snapshots of two targets, which the
// diff page compares.
func (a *API) CompareInstances(base, head string) (baseID, headID string, err error) {
	if base == head {
		return "", "", refuse("base and head are the same process: pick two")
	}
	if baseID, err = a.newestHeap(base); err != nil {
		return "", "", err
	}
	headID, err = a.newestHeap(head)
	return baseID, headID, err
}

func (a *API) newestHeap(id string) (string, error) {
	t, err := a.Find(id)
	if err != nil {
		return "", err
	}
	for _, s := range slices.Backward(a.Snapshots(t)) {
		if s.Kind == "heap" && s.Target == t.ID {
			return s.ID, nil
		}
	}
	return "", Refuse(http.StatusConflict, "no heap snapshot of %s is kept yet: the first is taken when it answers", t.ID)
}
