package diff

import (
	"math"
	"testing"
)

// sparse counts n small objects, each standing for weight bytes.
func sparse(n float64) tally {
	var t tally
	t.add(n, 1e-9, 1e-9)
	return t
}

func TestSmallCountsHaveGarwoodsBounds(t *testing.T) {
	for n, want := range map[float64]float64{0: 3.69, 1: 5.57, 3: 8.77, 10: 18.4, 100: 121.6} {
		if got := n + sparse(n).above(); math.Abs(got-want) > 0.015*want {
			t.Errorf("upper bound of %v sampled objects is %.2f, want %.2f", n, got, want)
		}
	}
}

func TestDifference(t *testing.T) {
	tests := []struct {
		name        string
		plus, minus tally
		noise       bool
	}{
		{"nothing seen is no proof of nothing", sparse(0), sparse(0), true},
		{"one object", sparse(1), sparse(0), true},
		{"three objects", sparse(3), sparse(0), true},
		{"five objects", sparse(5), sparse(0), false},
		{"as many died as were born", sparse(50), sparse(50), true},
		{"a few more were born", sparse(55), sparse(50), true},
		{"many more were born", sparse(90), sparse(50), false},
		{"many more died", sparse(50), sparse(90), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			iv := difference(tt.plus, tt.minus)
			if iv.Noise() != tt.noise {
				t.Errorf("%v: noise is %t, want %t", iv, iv.Noise(), tt.noise)
			}
			if mirrored := difference(tt.minus, tt.plus).negate(); mirrored != iv {
				t.Errorf("exchanged and negated it is %v, want %v", mirrored, iv)
			}
			if !(iv.Low <= iv.Estimate && iv.Estimate <= iv.High) {
				t.Errorf("%v is out of order", iv)
			}
		})
	}
}

func TestLargeObjectsAreExact(t *testing.T) {
	var seen tally
	seen.add(3, 1-1e-12, 10<<20)
	if iv := difference(seen, tally{}); iv.High-iv.Low > 100 || iv.Estimate != seen.estimate() {
		t.Errorf("every object is sampled, yet the interval is %v", iv)
	}
}

func TestMoreEvidenceNeverWidens(t *testing.T) {
	previous := math.Inf(1)
	for _, n := range []float64{1, 2, 5, 10, 100, 1e4, 1e6} {
		iv := total(sparse(n))
		relative := (iv.High - iv.Low) / iv.Estimate
		if relative >= previous {
			t.Errorf("with %v objects the relative width is %.3f, with fewer it was %.3f", n, relative, previous)
		}
		previous = relative
	}
}

func TestWilson(t *testing.T) {
	for _, tt := range []struct{ k, n, low, high float64 }{
		{0, 10, 0, 0.278}, {10, 10, 0.722, 1}, {5, 10, 0.237, 0.763}, {1, 1, 0.207, 1},
	} {
		iv := wilson(tt.k, tt.n)
		if math.Abs(iv.Low-tt.low) > 0.001 || math.Abs(iv.High-tt.high) > 0.001 {
			t.Errorf("wilson(%v of %v) = %.3f to %.3f, want %.3f to %.3f", tt.k, tt.n, iv.Low, iv.High, tt.low, tt.high)
		}
	}
}
