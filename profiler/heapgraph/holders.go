package heapgraph

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/leakline/leakline/profiler/diff"
)

// A Holder is a root and what it holds.
type Holder struct {
	Root
	Node uint32 `json:"node"` // for Path and Children

	// What would be free without the root: exact.
	RetainedBytes   int64 `json:"retained_bytes"`
	RetainedObjects int   `json:"objects"`
	// What the root holds together with others, and comes before them.
	SharedBytes   int64 `json:"shared_bytes"`
	SharedObjects int   `json:"shared_objects"`

	// Container is where the held objects part: the slice whose elements, the
	// map whose values they are. Entries counts what hangs on it.
	Container Step `json:"container"`
	Entries   int  `json:"entries"`

	Path  []Step      `json:"path"`  // to one of the held objects
	Sites []SiteShare `json:"sites"` // what was asked for, or all; the largest first

	Samples        int           `json:"samples"` // of the sites
	SampledBytes   diff.Interval `json:"estimated_bytes"`
	SampledObjects diff.Interval `json:"estimated_objects"`
}

// A SiteShare is what a holder holds of one line of code.
type SiteShare struct {
	Function string        `json:"function"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Samples  int           `json:"samples"`
	Bytes    diff.Interval `json:"estimated_bytes"`
	Objects  diff.Interval `json:"estimated_objects"`
}

// sitesKept is how many lines of code a holder lists.
const sitesKept = 8

// Top returns the n roots that hold most, whatever it is.
func (a *Analysis) Top(n int) []Holder {
	held := a.gather(func(*Site) bool { return true })
	shared := a.shared()
	for root := range a.g.Roots {
		if held[root] == nil && (a.counts[a.rootNode(root)] > 0 || shared[root].objects > 0) {
			held[root] = &holding{root: root}
		}
	}
	weight := func(h *holding) float64 {
		return float64(a.retained[a.rootNode(h.root)] + shared[h.root].bytes)
	}
	return a.rank(held, weight, shared, n)
}

// Holders returns the n roots that hold most of the objects that were allocated
// at sites for which match is true. How much that is comes from the sampled
// objects among them, and what a root retains from the graph.
func (a *Analysis) Holders(match func(*Site) bool, n int) []Holder {
	weight := func(h *holding) float64 { return h.total.Bytes().Estimate }
	return a.rank(a.gather(match), weight, a.shared(), n)
}

// A holding is what one root holds of the sampled objects.
type holding struct {
	root    int
	objects []uint32 // sampled ones
	total   diff.Total
	bySite  map[lineOfCode]*siteTotal
}

type lineOfCode struct {
	function string
	line     int
}

type siteTotal struct {
	file    string
	samples int
	total   diff.Total
}

// gather puts every sampled object of the sites with its root.
func (a *Analysis) gather(match func(*Site) bool) map[int]*holding {
	matched := make([]bool, len(a.g.Sites))
	for i := range a.g.Sites {
		matched[i] = match(&a.g.Sites[i])
	}
	held := make(map[int]*holding)
	for _, s := range a.g.samples {
		if !matched[s.site] {
			continue
		}
		root := int(a.root[s.object])
		h := held[root]
		if h == nil {
			h = &holding{root: root, bySite: make(map[lineOfCode]*siteTotal)}
			held[root] = h
		}
		h.add(s.object, &a.g.Sites[s.site], int64(a.g.About.SampleRate))
	}
	return held
}

func (h *holding) add(object uint32, s *Site, rate int64) {
	key := lineOfCode{function: s.Function(), line: s.Line()}
	t := h.bySite[key]
	if t == nil {
		t = &siteTotal{}
		h.bySite[key] = t
	}
	if t.file == "" && s.At >= 0 {
		t.file = s.Stack[s.At].File
	}
	t.samples++
	t.total.Add(s.Size, rate)
	h.total.Add(s.Size, rate)
	h.objects = append(h.objects, object)
}

func (h *holding) sites() []SiteShare {
	shares := make([]SiteShare, 0, len(h.bySite))
	for key, t := range h.bySite {
		shares = append(shares, SiteShare{key.function, t.file, key.line, t.samples, t.total.Bytes(), t.total.Objects()})
	}
	slices.SortFunc(shares, func(a, b SiteShare) int {
		return cmp.Or(cmp.Compare(b.Bytes.Estimate, a.Bytes.Estimate), cmp.Compare(a.Function, b.Function), a.Line-b.Line)
	})
	return shares[:min(len(shares), sitesKept)]
}

type sharing struct {
	bytes   int64
	objects int
}

// shared sums what several roots hold together, for the root that comes first.
func (a *Analysis) shared() []sharing {
	sums := make([]sharing, len(a.g.Roots))
	for _, node := range a.dominated(a.top()) {
		if node < a.objects() {
			s := &sums[a.root[node]]
			s.bytes += a.retained[node]
			s.objects += int(a.counts[node])
		}
	}
	return sums
}

func (a *Analysis) unlistedLast(x, y int) int {
	last := len(a.g.Roots) - 1
	switch {
	case x == y:
		return 0
	case x == last:
		return 1
	case y == last:
		return -1
	}
	return 0
}

func (a *Analysis) rank(held map[int]*holding, weight func(*holding) float64, shared []sharing, n int) []Holder {
	list := make([]*holding, 0, len(held))
	weights := make(map[int]float64, len(held))
	for root, h := range held {
		list = append(list, h)
		weights[root] = weight(h)
	}
	slices.SortFunc(list, func(x, y *holding) int {
		// What has no known holder comes last: it is no answer.
		return cmp.Or(a.unlistedLast(x.root, y.root), cmp.Compare(weights[y.root], weights[x.root]), x.root-y.root)
	})
	holders := make([]Holder, 0, min(n, len(list)))
	scratch := make([]uint32, a.top()+1)
	for _, h := range list[:min(n, len(list))] {
		out := a.holder(h, shared[h.root])
		node, object := a.container(h, a.weigh(h, scratch))
		out.Path = a.Path(object)
		out.Container, out.Entries = a.stepTo(node), a.entries(node)
		holders = append(holders, out)
	}
	return holders
}

func (a *Analysis) holder(h *holding, s sharing) Holder {
	node := a.rootNode(h.root)
	return Holder{
		Root:            a.g.Roots[h.root],
		Node:            node,
		RetainedBytes:   a.retained[node],
		RetainedObjects: int(a.counts[node]),
		SharedBytes:     s.bytes,
		SharedObjects:   s.objects,
		Sites:           h.sites(),
		Samples:         len(h.objects),
		SampledBytes:    h.total.Bytes(),
		SampledObjects:  h.total.Objects(),
	}
}

// siteOf says where an object was allocated, if that was sampled.
func (g *Graph) siteOf(object uint32) string {
	i, ok := slices.BinarySearchFunc(g.samples, object, func(s sample, o uint32) int { return cmp.Compare(s.object, o) })
	if !ok {
		return ""
	}
	s := &g.Sites[g.samples[i].site]
	return s.Function() + ":" + strconv.Itoa(s.Line())
}
