package verdict

import (
	"cmp"
	"slices"

	"github.com/leakline/leakline/profiler/diff"
)

// An Instance is one process of many that run the same code.
type Instance struct {
	ID      string
	Verdict Verdict
}

// A CommonSite is a line that grows in one process or several. Functions are
// compared by name: another build has them on other lines.
type CommonSite struct {
	Function string `json:"function"`
	File     string `json:"file"`
	Line     int    `json:"line"` // in the first instance
	Kind     string `json:"kind"` // heap or goroutine

	Instances []string       `json:"instances"`   // in which it grows, in their order
	Judged    int            `json:"judged"`      // of how many anything is known
	BytesPerS *diff.Interval `json:"bytes_per_s"` // of all of them together; nil for goroutines
	Holder    string         `json:"holder"`      // what keeps it alive where that is known, else empty
}

// grows reports whether what a verdict suspects is kept, not merely allocated.
func (w Word) grows() bool { return w.Fault() || w == Growing }

// Common says which lines grow, those of the most instances first: what grows
// everywhere is in the code, what grows on one is in its traffic or its data.
func Common(instances []Instance) []CommonSite {
	type key struct{ kind, function string }
	sites, judged := make(map[key]*CommonSite), 0
	for _, in := range instances {
		if in.Verdict.Word == Insufficient {
			continue
		}
		judged++
		if !in.Verdict.Word.grows() {
			continue
		}
		for _, s := range in.Verdict.Suspects {
			if s.BytesPerS != nil && s.BytesPerS.Noise() {
				continue
			}
			site := sites[key{s.Kind, s.Function}]
			if site == nil {
				site = &CommonSite{Function: s.Function, File: s.File, Line: s.Line, Kind: s.Kind}
				sites[key{s.Kind, s.Function}] = site
			}
			site.take(in.ID, s)
		}
	}
	all := make([]CommonSite, 0, len(sites))
	for _, s := range sites {
		s.Judged = judged
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b CommonSite) int {
		return cmp.Or(cmp.Compare(len(b.Instances), len(a.Instances)), cmp.Compare(b.estimate(), a.estimate()),
			cmp.Compare(a.Function, b.Function), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}

// take adds what one instance has at the site. Bounds are added up like the
// estimates, which is too wide a doubt and never too narrow a one.
func (s *CommonSite) take(id string, suspect Suspect) {
	if len(s.Instances) == 0 || s.Instances[len(s.Instances)-1] != id {
		s.Instances = append(s.Instances, id)
	}
	s.Holder = cmp.Or(s.Holder, suspect.Holder)
	if suspect.BytesPerS == nil {
		return
	}
	if s.BytesPerS == nil {
		s.BytesPerS = &diff.Interval{}
	}
	s.BytesPerS.Low += suspect.BytesPerS.Low
	s.BytesPerS.Estimate += suspect.BytesPerS.Estimate
	s.BytesPerS.High += suspect.BytesPerS.High
}

func (s *CommonSite) estimate() float64 {
	if s.BytesPerS == nil {
		return 0
	}
	return s.BytesPerS.Estimate
}
