package diff

import (
	"math"
	"slices"
)

// A move is a change with its error: what came less what went.
type move struct{ plus, minus tally }

func (m *move) merge(o move) {
	m.plus.merge(o.plus)
	m.minus.merge(o.minus)
}

// gathered is a site in the making.
type gathered struct {
	frame                   int32
	bytes, objects          move
	allocBytes, allocObject move

	made             float64 // sampled objects allocated in the window
	grew, alive      float64 // sampled objects: by how many more are alive, and how many are
	keptSum, madeSum float64 // bytes

	weight weight // of stack
	stack  []int32
	leaves []leaf
}

// A leaf is a function that allocated under the site.
type leaf struct {
	frame  int32 // any line of it
	weight weight
}

// An under names the leaf of a site by the function of the leaf.
type under struct{ site, fn int32 }

// A weight says how much a path matters: by its change, and among those that
// did not change by its size.
type weight struct{ change, size float64 }

func (w *weight) add(o weight) {
	w.change += o.change
	w.size += o.size
}

func (w weight) over(o weight) bool {
	return w.change > o.change || w.change == o.change && w.size > o.size
}

// gather sums the buckets of each site. The order is that of the profiles, so
// equal input gives equal output.
func gather(p *pair, w *window, sample string) []*gathered {
	byFrame := make([]*gathered, len(p.frames))
	leaves := make(map[under]int)
	var sites []*gathered
	for i := range p.buckets {
		b := &p.buckets[i]
		frame := b.stack[p.site(b)]
		g := byFrame[frame]
		if g == nil {
			g = &gathered{frame: frame}
			byFrame[frame] = g
			sites = append(sites, g)
		}
		c := p.counts(b)
		g.add(c, w.change(c))
		g.path(b.stack, weigh(b, sample))
		g.leafAt(leaves, p, b.stack[0]).add(weigh(b, sample))
	}
	return sites
}

// path keeps the weightiest stack.
func (g *gathered) path(stack []int32, w weight) {
	if g.stack == nil || w.over(g.weight) {
		g.weight, g.stack = w, stack
	}
}

// leafAt returns the weight of the function that frame is in. It is valid until
// the next call.
func (g *gathered) leafAt(leaves map[under]int, p *pair, frame int32) *weight {
	key := under{g.frame, p.frames[frame].fn}
	at, ok := leaves[key]
	if !ok {
		at = len(g.leaves)
		leaves[key] = at
		g.leaves = append(g.leaves, leaf{frame: frame})
	}
	return &g.leaves[at].weight
}

func (w *window) change(c counts) change {
	if w.cancels {
		return w.inTime(c).withinProcess()
	}
	return c.acrossProcesses()
}

func (g *gathered) add(c counts, d change) {
	for _, part := range [...]struct {
		m           *move
		plus, minus float64
		weight      float64
	}{
		{&g.bytes, d.born, d.died, c.size},
		{&g.objects, d.born, d.died, 1},
		{&g.allocBytes, d.allocated, d.before, c.size},
		{&g.allocObject, d.allocated, d.before, 1},
	} {
		part.m.plus.add(part.plus, c.chance, part.weight)
		part.m.minus.add(part.minus, c.chance, part.weight)
	}
	g.made += d.allocated
	g.grew += d.kept
	g.alive += c.headLive
	g.madeSum += d.allocated * c.size / c.chance
	g.keptSum += d.kept * c.size / c.chance
}

// weigh measures a bucket in the sample that sites are ranked by.
func weigh(b *bucket, sample string) weight {
	col := column(sample)
	return weight{math.Abs(b.head[col] - b.base[col]), b.head[col] + b.base[col]}
}

// column returns where a sample is in values.
func column(sample string) int {
	if at := slices.Index(heapOrder, sample); at >= 0 {
		return at
	}
	return colInuseObjects
}

// leaf returns the function that matters most, the first of equals.
func (g *gathered) leaf() int32 {
	best := g.leaves[0]
	for _, l := range g.leaves[1:] {
		if l.weight.over(best.weight) {
			best = l
		}
	}
	return best.frame
}
