package lab

import (
	"math"
	"slices"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
)

const (
	// batchLength is the time over which costs are taken together: long enough
	// for a collection or two, so that batches are nearly independent.
	batchLength = time.Second

	// fewestBatches is how many it takes to say how far an average may be off.
	fewestBatches = 5

	floorBatches = 10 // over which the floor is averaged
)

// A tally is what was seen while one strategy decided. What cannot be counted
// as a process goes on, such as failed requests, counts through its deaths.
type tally struct {
	bytes, objects, cpu ratio // for each request
	gc                  ratio // seconds collecting, for each second of CPU there was

	batches  int
	active   time.Duration
	requests float64
	floors   []float64 // of the last batches, bytes
	load     [2]float64

	latencies []uint64 // of answers, in the load generator's buckets
	answered  float64
	errors    float64
	wrong     float64
	judged    bool // wrong decisions are known
	skipped   float64
	deaths    int
}

// A batch is what changed within about a second of one life.
type batch struct {
	took      time.Duration
	rps       float64 // asked of the load generator
	cost      [len(costs)]float64
	floor     float64
	latencies []uint64
}

// costs are the counters that a batch takes the difference of.
var costs = [...]profiler.Metric{
	profiler.AllocBytes, profiler.AllocObjects, profiler.ProcessCPU,
	profiler.GCCPU, profiler.TotalCPU, profiler.Requests,
}

func (t *tally) add(b batch) {
	bytes, objects, cpu, gc, total, requests := b.cost[0], b.cost[1], b.cost[2], b.cost[3], b.cost[4], b.cost[5]
	t.bytes.add(bytes, requests)
	t.objects.add(objects, requests)
	t.cpu.add(cpu, requests)
	t.gc.add(gc, total)
	if t.batches == 0 {
		t.load = [2]float64{b.rps, b.rps}
	}
	t.load = [2]float64{min(t.load[0], b.rps), max(t.load[1], b.rps)}
	t.batches++
	t.active += b.took
	t.requests += requests
	if profiler.Known(b.floor) {
		t.floors = append(t.floors, b.floor)
		t.floors = t.floors[max(0, len(t.floors)-floorBatches):]
	}
	t.latencies = slices.Grow(t.latencies, len(b.latencies))[:max(len(t.latencies), len(b.latencies))]
	for i, n := range b.latencies {
		t.latencies[i] += n
	}
}

// floor is the mean of the last floors in bytes, unknown when there is none.
func (t *tally) floor() float64 {
	sum := 0.0
	for _, f := range t.floors {
		sum += f
	}
	return sum / float64(len(t.floors)) // NaN of none
}

// quantile returns where the q-quantile of the answers lies, in seconds, nil
// when too few came. The interval is that of order statistics; to it comes the
// width of a bucket, by which all of it may be too high.
func (t *tally) quantile(bounds []float64, q float64) *diff.Interval {
	var n float64
	for _, c := range t.latencies {
		n += float64(c)
	}
	reach := z95 * math.Sqrt(n*q*(1-q))
	if n*min(q, 1-q) < 1 {
		return nil
	}
	at := func(rank float64) float64 {
		seen := 0.0
		for i, c := range t.latencies {
			if seen += float64(c); seen >= min(max(rank, 1), n) {
				return bounds[min(i, len(bounds)-1)]
			}
		}
		return bounds[len(bounds)-1]
	}
	return &diff.Interval{Low: at(math.Floor(q*n - reach)), Estimate: at(math.Ceil(q * n)), High: at(math.Ceil(q*n + reach))}
}

// z95 is the normal quantile of a two-sided 95 % interval.
const z95 = 1.959964

// A ratio is one sum for each unit of another, over batches.
type ratio struct{ n, x, y, xx, xy, yy float64 }

func (r *ratio) add(y, x float64) {
	if !profiler.Known(x) || !profiler.Known(y) {
		return
	}
	r.n++
	r.x += x
	r.y += y
	r.xx += x * x
	r.xy += x * y
	r.yy += y * y
}

// interval is the ratio of the sums with the error of a ratio estimator
// (Cochran, Sampling Techniques, 1977, §6.4); nil when it is not known.
func (r *ratio) interval() *diff.Interval {
	if r.n < fewestBatches || !(r.x > 0) {
		return nil
	}
	mean := r.y / r.x
	half := studentT(r.n-1) * r.deviation()
	return &diff.Interval{Low: max(0, mean-half), Estimate: mean, High: mean + half}
}

// deviation is the standard error of the ratio.
func (r *ratio) deviation() float64 {
	mean := r.y / r.x
	squares := max(0, r.yy-2*mean*r.xy+mean*mean*r.xx)
	return math.Sqrt(squares*r.n/(r.n-1)) / r.x
}

// over returns how many times other this ratio is, with the error of both (by
// their logarithms, to the first order); nil when it is not known.
func (r *ratio) over(other *ratio) *diff.Interval {
	a, b := r.interval(), other.interval()
	if a == nil || b == nil || !(a.Estimate > 0) || !(b.Estimate > 0) {
		return nil
	}
	relative := math.Hypot(r.deviation()/a.Estimate, other.deviation()/b.Estimate)
	reach := math.Exp(studentT(min(r.n, other.n)-1) * relative)
	times := a.Estimate / b.Estimate
	return &diff.Interval{Low: times / reach, Estimate: times, High: times * reach}
}

// studentT is the two-sided 95 % quantile of Student's t, by the expansion of
// Abramowitz and Stegun 26.7.5; within 0.5 % from four degrees of freedom on.
func studentT(freedom float64) float64 {
	const z, z3 = z95, z95 * z95 * z95
	const z5, z7 = z3 * z * z, z3 * z3 * z
	return z + (z3+z)/(4*freedom) + (5*z5+16*z3+3*z)/(96*freedom*freedom) +
		(3*z7+19*z5+17*z3-15*z)/(384*freedom*freedom*freedom)
}
