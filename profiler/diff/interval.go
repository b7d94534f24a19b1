package diff

import "math"

// An Interval is an estimate and the range that holds the truth 95 times in
// 100. The ends are equal when the figure is exact.
type Interval struct {
	Low      float64 `json:"low"`
	Estimate float64 `json:"estimate"`
	High     float64 `json:"high"`
}

// Noise reports whether the truth may be no change at all.
func (iv Interval) Noise() bool { return iv.Low <= 0 && iv.High >= 0 }

// Per divides by an exact divisor, such as seconds or requests.
func (iv Interval) Per(divisor float64) Interval {
	return Interval{iv.Low / divisor, iv.Estimate / divisor, iv.High / divisor}
}

func (iv Interval) negate() Interval { return Interval{-iv.High, -iv.Estimate, -iv.Low} }

func exact(v float64) Interval { return Interval{v, v, v} }

// z95 is the normal quantile of a two-sided 95 % interval.
const z95 = 1.959964

// A tally estimates a total from sampled objects. Of the n objects sampled
// from a bucket, each stands for 1/p: itself, which was seen and is certain,
// and (1-p)/p more that went unseen, which follow a negative binomial.
type tally struct {
	seen     float64 // certain
	unseen   float64 // mean of the rest
	variance float64 // of the rest

	// What one more sampled object would have added, for the bucket where
	// that is most: a count of none still leaves this much in doubt.
	step, stepVariance float64
}

// add counts n sampled objects, each found with probability p and of the given
// weight: its size, or 1 when objects are counted.
func (t *tally) add(n, p, weight float64) {
	step := weight * (1 - p) / p
	stepVariance := step * weight / p
	t.seen += n * weight
	t.unseen += n * step
	t.variance += n * stepVariance
	if step > t.step {
		t.step, t.stepVariance = step, stepVariance
	}
}

func (t *tally) merge(o tally) {
	t.seen += o.seen
	t.unseen += o.unseen
	t.variance += o.variance
	if o.step > t.step {
		t.step, t.stepVariance = o.step, o.stepVariance
	}
}

func (t tally) estimate() float64 { return t.seen + t.unseen }

// above returns how far the truth may lie above the estimate. Counts are small
// and their error leans upwards, so it is the gamma bound of Fay and Feuer
// (1997) for weighted Poisson sums; for equal weights that is Garwood's exact one.
func (t tally) above() float64 {
	return math.Max(0, gammaQuantile(t.unseen+t.step, t.variance+t.stepVariance, z95)-t.unseen)
}

// below returns how far the truth may lie below the estimate.
func (t tally) below() float64 {
	return math.Max(0, t.unseen-gammaQuantile(t.unseen, t.variance, -z95))
}

// gammaQuantile is Wilson and Hilferty's approximation, within 1 % here, for a
// gamma distribution of this mean and variance.
func gammaQuantile(mean, variance, z float64) float64 {
	if mean <= 0 || variance <= 0 {
		return math.Max(0, mean)
	}
	nine := 9 * mean * mean / variance
	root := 1 - 1/nine + z/math.Sqrt(nine)
	if root <= 0 {
		return 0
	}
	return mean * root * root * root
}

// total is the interval of a sum that cannot be negative. Its lower end is the
// normal one: below four sampled objects that reaches nothing at all, which is
// what so few are evidence of.
func total(t tally) Interval {
	e := t.estimate()
	return Interval{math.Max(0, e-z95*math.Sqrt(t.variance)), e, e + t.above()}
}

// difference is the interval of plus minus minus, whose errors are independent.
// Towards zero the bound is normal, for the same reason as in total; away from
// zero the errors of both combine by their exact bounds (Donner and Zou's
// recovery of variances).
func difference(plus, minus tally) Interval {
	e := plus.estimate() - minus.estimate()
	normal := z95 * math.Sqrt(plus.variance+minus.variance)
	up := math.Max(normal, math.Hypot(plus.above(), minus.below()))
	down := math.Max(normal, math.Hypot(plus.below(), minus.above()))
	switch {
	case e > 0:
		down = normal
	case e < 0:
		up = normal
	}
	return Interval{e - down, e, e + up}
}

// wilson is Wilson's score interval of the share k of n.
func wilson(k, n float64) Interval {
	share := k / n
	z2 := z95 * z95
	centre := (share + z2/(2*n)) / (1 + z2/n)
	half := z95 / (1 + z2/n) * math.Sqrt(share*(1-share)/n+z2/(4*n*n))
	return Interval{math.Max(0, centre-half), share, math.Min(1, centre+half)}
}
