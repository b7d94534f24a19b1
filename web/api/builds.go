package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/leakline/leakline/profiler/diff"
)

// A Build is what instances of one build have in common.
type Build struct {
	Build     string         `json:"build"`
	Instances int            `json:"instances"`
	Faults    int            `json:"faults"`            // instances whose verdict is a fault
	Slope     *diff.Interval `json:"floor_bytes_per_s"` // the median instance's; null while none is known
	Median    string         `json:"median"`            // id of that instance, empty while none is known

	speaker string // the median, or the first while none is known
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
		b := Build{Build: name, Instances: len(same), speaker: same[0].ID}
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
			b.Slope, b.Median, b.speaker = median.Slope, median.ID, median.ID
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
	if baseID, err = a.newestHeap(base, false); err != nil {
		return "", "", err
	}
	headID, err = a.newestHeap(head, false)
	return baseID, headID, err
}

// CompareBuilds is CompareInstances for the processes that stand for two builds.
func (a *API) CompareBuilds(base, head string) (baseID, headID string, err error) {
	if base == head {
		return "", "", refuse("base and head are the same build: pick two")
	}
	builds := a.FleetNow(time.Now()).Builds
	of := func(name string) (string, error) {
		i := slices.IndexFunc(builds, func(b Build) bool { return b.Build == name })
		if i < 0 {
			return "", Refuse(http.StatusNotFound, "build %q: no process runs it now", name)
		}
		return a.newestHeap(builds[i].speaker, true)
	}
	if baseID, err = of(base); err != nil {
		return "", "", err
	}
	headID, err = of(head)
	return baseID, headID, err
}

// newestHeap returns the newest heap snapshot of a target, of its present life
// alone where the one before may have been of another build.
func (a *API) newestHeap(id string, present bool) (string, error) {
	t, err := a.Find(id)
	if err != nil {
		return "", err
	}
	generation := t.Life().Generation
	for _, s := range slices.Backward(a.Snapshots(t)) {
		if s.Kind == "heap" && s.Target == t.ID && (!present || s.Epoch == a.Epoch && s.Generation == generation) {
			return s.ID, nil
		}
	}
	return "", Refuse(http.StatusConflict, "no heap snapshot of %s is kept yet: the first is taken when it answers", t.ID)
}
