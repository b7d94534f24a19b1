package diff

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// busyRows is how many sites that did not move are shown for what they
// allocated: enough to see the churn, few enough to leave the page to what moved.
const busyRows = 5

// maxPath bounds the stack that a site shows; Go's own default depth.
const maxPath = 128

// fill makes the report's sites from the buckets, ranks and folds them.
func (r *Report) fill(p *pair, w *window) {
	places := gather(p, w, r.Sample)
	all := make([]Site, len(places))
	moved, still := make([]*Site, 0, len(all)), make([]*Site, 0, len(all)) // sorted as pointers: a site is large
	var sum move
	for i, g := range places {
		s := &all[i]
		*s = r.site(p, g, w)
		sum.merge(*g.move(r.Sample))
		if s.Noise {
			still = append(still, s)
		} else {
			moved = append(moved, s)
		}
	}
	r.Total = w.interval(sum, r.Sample)
	slices.SortFunc(moved, func(a, b *Site) int { return byAmount(a.Value(r.Sample), b.Value(r.Sample), a, b) })
	slices.SortFunc(still, func(a, b *Site) int { return byAmount(a.activity(), b.activity(), a, b) })
	busy := 0
	for busy < min(busyRows, len(still)) && still[busy].busy() {
		busy++
	}
	r.Sites = inOrder(append(moved, still[:busy]...))
	r.Quiet = inOrder(still[busy:])
	r.Folded = len(r.Quiet)
	r.shareGrowth()
}

// site turns what was gathered into figures.
func (r *Report) site(p *pair, g *gathered, w *window) Site {
	f := p.functionOf(g.frame)
	s := Site{
		Function: f.name,
		File:     f.file,
		Line:     int(p.frames[g.frame].line),
		Kind:     r.Kind,
		Leaf:     p.functionOf(g.leaf()).name,
	}
	path := g.stack[:min(len(g.stack), maxPath)]
	s.Stack = make([]string, len(path))
	for i, frame := range path {
		s.Stack[i] = p.functionOf(frame).name
	}
	s.Sampled.Allocated, s.Sampled.Grew, s.Sampled.Alive = g.made, g.grew, g.alive
	s.Objects = ptr(w.interval(g.objects, InuseObjects))
	s.ObjectsPerS = estimateOf(r.PerSecond(s.Objects))
	if r.Kind == KindHeap {
		s.Bytes = ptr(w.interval(g.bytes, InuseSpace))
		s.AllocBytes = ptr(w.interval(g.allocBytes, AllocSpace))
		s.AllocObjects = ptr(w.interval(g.allocObject, AllocObjects))
		s.BytesPerS = r.PerSecond(s.Bytes)
		s.BytesPerRequest = estimateOf(r.PerRequest(s.Bytes))
		s.AllocBytesPerRequest = r.PerRequest(ptr(total(g.allocBytes.plus)))
		s.Kept, s.KeptRange = g.kept()
	}
	s.Noise = s.Value(r.Sample).Noise()
	return s
}

func ptr[T any](v T) *T { return &v }

func (g *gathered) move(sample string) *move {
	switch sample {
	case InuseSpace:
		return &g.bytes
	case AllocSpace:
		return &g.allocBytes
	case AllocObjects:
		return &g.allocObject
	}
	return &g.objects
}

func (w *window) interval(m move, sample string) Interval {
	iv := difference(m.plus, m.minus)
	if w.cancels && isAlloc(sample) {
		iv = total(m.plus)
	}
	if w.cancels && w.reversed {
		return iv.negate()
	}
	return iv
}

// kept returns the retention ratio, unless so few objects were sampled that it
// could be almost anything.
func (g *gathered) kept() (*float64, *Interval) {
	if g.made == 0 || g.madeSum == 0 {
		return nil, nil
	}
	share := min(max(g.keptSum/g.madeSum, 0), 1)
	iv := wilson(share*g.made, g.made)
	if iv.High-iv.Low > 0.5 {
		return nil, nil
	}
	return &share, &iv
}

// activity is what a site did while its live memory stood still.
func (s *Site) activity() *Interval {
	if s.AllocBytes != nil {
		return s.AllocBytes
	}
	return s.Objects
}

func (s *Site) busy() bool { return s.AllocBytes != nil && !s.AllocBytes.Noise() }

// shareGrowth divides what grew among the sites that did. Noise grows and
// shrinks at random, so it counts as one.
func (r *Report) shareGrowth() {
	var grown, noise float64
	count := func(sites []Site) {
		for i := range sites {
			switch v := sites[i].Value(r.Sample); {
			case sites[i].Noise:
				noise += v.Estimate
			case v.Estimate > 0:
				grown += v.Estimate
			}
		}
	}
	count(r.Sites)
	count(r.Quiet)
	grown += math.Max(0, noise)
	for i := range r.Sites {
		if s := &r.Sites[i]; !s.Noise && s.Value(r.Sample).Estimate > 0 {
			s.Share = ptr(s.Value(r.Sample).Estimate / grown)
		}
	}
}

// inOrder never returns nil, which would be null in JSON.
func inOrder(sorted []*Site) []Site {
	sites := make([]Site, len(sorted))
	for i, s := range sorted {
		sites[i] = *s
	}
	return sites
}

// byAmount orders by size of change, then by place so that equals keep one order.
func byAmount(x, y *Interval, a, b *Site) int {
	return cmp.Or(
		cmp.Compare(math.Abs(y.Estimate), math.Abs(x.Estimate)),
		strings.Compare(a.Function, b.Function),
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Line, b.Line),
	)
}
