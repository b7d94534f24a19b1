package verdict

import (
	"fmt"
	"math"
	"regexp"
	"time"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler/diff"
)

const (
	minLooks = 4   // fewer cannot show a trend: three rising points are chance one time in six
	fewLooks = 8   // with fewer an interval of the slope is wide
	maxLooks = 240 // then every second one is forgotten
)

// A Look is what was seen of a process at one moment. Unknown figures are NaN.
type Look struct {
	At         time.Time
	Floor      float64 // bytes alive after the last collection
	FloorExact bool    // read right after a forced one, or from the runtime's own figure
	GCCycles   float64 // ended so far
	AllocBytes float64 // allocated so far
	Requests   float64 // answered so far
	InFlight   float64 // requests being served
	OutsideGo  float64 // bytes resident that the Go runtime does not know of

	Heap       *profile.Profile // nil when none was taken
	Goroutines []Goroutine      // nil when they were not told apart
	Running    float64          // how many goroutines there are
}

// A History is what was seen of one life of a process, oldest first. The zero
// value is ready for use; it is not safe for concurrent use.
type History struct {
	UserCode *regexp.Regexp // overrides the rule of what is the user's

	looks  []look
	base   *profile.Profile // the first
	based  Look             // when it was taken, without it
	report *diff.Report     // from base to the latest
	places map[diff.Frame]*standing
	dumps  []time.Time // when goroutines were told apart
}

// A look is what is kept of one.
type look struct {
	Look
	sites map[place]sampled // since base; nil without a profile
}

// A place is a line of the user's code.
type place struct {
	function string
	line     int
}

// sampled are the objects of a site that the runtime sampled: allocated since
// base, by how many more are alive, and alive.
type sampled struct{ allocated, grew, alive, bytes float64 }

// Add takes in a look, which must be later than those before. Profiles that
// cannot be compared with the first are an error and nothing is taken in.
func (h *History) Add(l Look) error {
	kept := look{Look: l}
	kept.Heap, kept.Goroutines = nil, nil
	if l.Heap != nil {
		if h.base == nil {
			h.base, h.based = l.Heap, kept.Look
		}
		report, err := h.compare(l)
		if err != nil {
			return err
		}
		h.report, kept.sites = report, tally(report)
	}
	h.stand(l)
	if h.looks == nil {
		h.looks = make([]look, 0, maxLooks+1) // at once: many that grow together look like a leak of ours
	}
	h.looks = append(h.looks, kept)
	if len(h.looks) > maxLooks {
		h.looks = everySecond(h.looks)
	}
	return nil
}

func (h *History) compare(l Look) (*diff.Report, error) {
	o := diff.Options{UserCode: h.UserCode, SameProcess: new(true)}
	o.Seconds = l.At.Sub(h.based.At).Seconds()
	if n := l.Requests - h.based.Requests; n > 0 {
		o.Requests = &n
	}
	report, err := diff.Compare(h.base, l.Heap, o)
	if err != nil {
		return nil, fmt.Errorf("adding a look: %w", err)
	}
	return report, nil
}

func tally(r *diff.Report) map[place]sampled {
	all := make(map[place]sampled)
	for _, sites := range [...][]diff.Site{r.Sites, r.Quiet} {
		for i := range sites {
			s := &sites[i]
			if s.Sampled.Allocated > 0 || s.Sampled.Grew != 0 {
				all[placeOfSite(s)] = sampled{s.Sampled.Allocated, s.Sampled.Grew, s.Sampled.Alive, s.Bytes.Estimate}
			}
		}
	}
	return all
}

func placeOfSite(s *diff.Site) place { return place{s.Function, s.Line} }

// everySecond keeps every second of what was seen, the first and the last
// among them, so that a long watch costs no more than a short one and still has
// its whole window. It uses the memory of all.
func everySecond[T any](all []T) []T {
	kept := all[:0]
	for i, v := range all {
		if i%2 == 0 || i == len(all)-1 {
			kept = append(kept, v)
		}
	}
	clear(all[len(kept):])
	return kept
}

// seconds returns the time of each look since the first.
func (h *History) seconds() []float64 {
	x := make([]float64, len(h.looks))
	for i, l := range h.looks {
		x[i] = l.At.Sub(h.looks[0].At).Seconds()
	}
	return x
}

// series returns one figure of each look.
func (h *History) series(of func(*look) float64) []float64 {
	y := make([]float64, len(h.looks))
	for i := range h.looks {
		y[i] = of(&h.looks[i])
	}
	return y
}

// site returns how a site's live bytes grew since base, NaN where no profile
// was taken.
func (h *History) site(p place, of func(sampled) float64) []float64 {
	return h.series(func(l *look) float64 {
		if l.sites == nil {
			return math.NaN()
		}
		return of(l.sites[p])
	})
}

// over returns by how much a cumulative figure rose in the window, nil when it
// is unknown.
func (h *History) over(of func(*look) float64) *float64 {
	d := of(&h.looks[len(h.looks)-1]) - of(&h.looks[0])
	if !(d >= 0) {
		return nil
	}
	return &d
}
