package heapgraph

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/leakline/leakline/profiler/units"
)

// A Report says who holds what, as scripts and pages are told.
type Report struct {
	Target   string   `json:"target"`
	Summary  string   `json:"summary"`  // one sentence
	PauseMS  *float64 `json:"pause_ms"` // for which the process stood still, null when it is not known
	About    About    `json:"about"`
	Holders  []Holder `json:"holders"` // the one that holds most is first
	Warnings []string `json:"warnings"`
}

// place is how an expression finds a site: "main.newRiskySet:27".
func (s *Site) place() string { return s.Function() + ":" + strconv.Itoa(s.Line()) }

// Report lists the n roots that hold most of what was allocated at the sites
// whose "function:line" the expression matches, or of everything if it is nil.
func (a *Analysis) Report(site *regexp.Regexp, n int) *Report {
	r := &Report{About: a.Graph().About, Warnings: []string{}, Holders: []Holder{}}
	if site == nil {
		r.Holders = append(r.Holders, a.Top(n)...)
		if len(r.Holders) > 0 {
			r.Summary = r.Holders[0].Claim() + "."
		}
	} else {
		match := func(s *Site) bool { return site.MatchString(s.place()) }
		r.Holders = append(r.Holders, a.Holders(match, n)...)
	}
	switch {
	case r.Summary != "":
	case len(r.Holders) > 0:
		r.Summary = r.Holders[0].Sentence() + "."
	case site != nil:
		r.Summary = fmt.Sprintf("Nothing that is alive was sampled at a site that matches %s.", site)
	default:
		r.Summary = "Nothing is held."
	}
	if !r.About.Named {
		r.Warnings = append(r.Warnings, "The program has no symbols: globals are places in its data segment.")
	}
	if !r.About.Typed {
		r.Warnings = append(r.Warnings, "The program has no DWARF: objects have sizes and sites, and no types.")
	}
	if bytes, objects := a.Unlisted(); 20*bytes > r.About.Bytes {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s in %s objects have no holder that a dump lists: garbage since the last collection, or kept by a cleanup.",
			units.Bytes(float64(bytes)), units.Count(float64(objects))))
	}
	return r
}
