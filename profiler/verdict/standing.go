package verdict

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler/diff"
)

// fewPlaces is at how many places the goroutines of most services stand. What is
// kept of so many has all its memory from the start.
const fewPlaces = 64

// A standing is how the goroutines of one place came and went. They are told
// apart, so who left is known from who came: a leaked one is there at every
// later look, one in a queue is gone sooner or later.
type standing struct {
	place   *Place
	present map[uint64]int // at the latest look, by id: looks it has been seen at

	counts []float64 // at each look
	old    []float64 // of these, seen at the look before as well
	leaked float64   // at the latest look, by the runtime's own finding

	// Of those that were seen twice or more and came after the first look: how
	// many chances they had to be gone at the next look, and how many were.
	chances, left float64
	first         bool // present holds the first look, of which nobody knows who came when
}

// stand takes in who stands where.
func (h *History) stand(l Look) {
	if l.Goroutines == nil {
		return
	}
	now, leaked := make(map[diff.Frame]map[uint64]*Place), make(map[diff.Frame]float64)
	for _, g := range l.Goroutines {
		if g.State == "running" || g.State == "runnable" {
			continue // at work, not waiting
		}
		at := g.Place.Frame
		if now[at] == nil {
			now[at] = make(map[uint64]*Place)
		}
		now[at][g.ID] = g.Place
		if g.Leaked {
			leaked[at]++
		}
	}
	if h.places == nil {
		h.places = make(map[diff.Frame]*standing)
	}
	for at, ids := range now {
		if h.places[at] == nil {
			h.places[at] = h.newStanding(ids)
		}
	}
	for at, s := range h.places {
		s.next(now[at])
		s.leaked = leaked[at]
	}
	if h.dumps == nil {
		h.dumps = make([]time.Time, 0, maxLooks+1)
	}
	h.dumps = append(h.dumps, l.At)
	if len(h.dumps) > maxLooks {
		h.dumps = everySecond(h.dumps)
		for _, s := range h.places {
			s.counts, s.old = everySecond(s.counts), everySecond(s.old)
		}
	}
}

// standingOver returns the trend of how many stand at a place.
func (h *History) standingOver(counts []float64) trend {
	x := make([]float64, len(h.dumps))
	for i, at := range h.dumps {
		x[i] = at.Sub(h.dumps[0]).Seconds()
	}
	return newTrend(x, counts)
}

// newStanding begins with nobody at the looks before.
func (h *History) newStanding(ids map[uint64]*Place) *standing {
	s := &standing{}
	for _, p := range ids {
		if s.place == nil || strings.Join(p.Stack, "\n") < strings.Join(s.place.Stack, "\n") {
			s.place = p
		}
	}
	most := len(h.dumps)
	if len(h.places) < fewPlaces {
		most = maxLooks + 1 // at once, as for looks
	}
	s.counts, s.old = make([]float64, len(h.dumps), most), make([]float64, len(h.dumps), most)
	s.first = len(h.dumps) == 0
	return s
}

func (s *standing) next(ids map[uint64]*Place) {
	present := make(map[uint64]int, len(ids))
	old := 0.0
	for id := range ids {
		seen := s.present[id] + 1
		if s.first && len(s.counts) == 0 {
			seen = math.MinInt32 // since before the first look
		}
		present[id] = seen
		if s.present[id] != 0 {
			old++
		}
	}
	for id, seen := range s.present {
		if seen < 2 {
			continue
		}
		s.chances++
		if _, stays := ids[id]; !stays {
			s.left++
		}
	}
	s.present = present
	s.counts, s.old = append(s.counts, float64(len(ids))), append(s.old, old)
}

// hazard is the chance that one who has been seen twice is gone at the next
// look, and 0 when there was none to tell by.
func (s *standing) hazard() float64 {
	if s.chances == 0 {
		return 0
	}
	return s.left / s.chances
}

// grown orders the places whose number grew, most first.
func (h *History) grown() []*standing {
	var all []*standing
	for _, s := range h.places {
		if s.rise() > 0 {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *standing) int {
		return cmp.Or(cmp.Compare(b.rise(), a.rise()), strings.Compare(a.place.Function, b.place.Function),
			cmp.Compare(a.place.Line, b.place.Line))
	})
	return all
}

// rise is by how many more stand there at the end than at the start.
func (s *standing) rise() float64 { return s.counts[len(s.counts)-1] - s.counts[0] }
