package lab

import (
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

func verdictOf(w verdict.Word) verdict.Verdict { return verdict.Verdict{Word: w} }

// live plays a life to a baseline, a reading every 100 ms, and returns what it
// said and after how many seconds.
func live(b *baseline, generation uint32, seconds float64, floor, goroutines func(second float64) float64, undisturbed bool) (*ResetProof, float64) {
	begun := time.Now()
	for s := 0.0; s < seconds; s += 0.1 {
		r := profiler.NewReading(begun.Add(time.Duration(s*float64(time.Second))), generation)
		r.Set(profiler.HeapInUse, 1)
		r.Set(profiler.HeapLive, floor(s))
		r.Set(profiler.Goroutines, goroutines(s))
		if proof := b.reading(&r, undisturbed); proof != nil {
			return proof, s
		}
	}
	return nil, seconds
}

func always(v float64) func(float64) float64 { return func(float64) float64 { return v } }

func TestAResetIsProvenAgainstTheFirstLife(t *testing.T) {
	const mb = 1e6
	until := func(second, before, after float64) func(float64) float64 {
		return func(s float64) float64 {
			if s < second {
				return before
			}
			return after
		}
	}
	tests := []struct {
		name              string
		floor, goroutines func(float64) float64
		back              bool
		after             float64 // seconds
	}{
		{"at once", always(2 * mb), always(20), true, 5},
		{"with a request more in flight", always(3 * mb), always(24), true, 5},
		{"when idle connections have closed", always(2 * mb), until(12, 60, 21), true, 12},
		{"never, for memory", always(9 * mb), always(20), false, 30},
		{"never, for goroutines", always(2 * mb), always(70), false, 30},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b baseline
			live(&b, 1, 6, always(2*mb), always(20), true)
			proof, after := live(&b, 2, 40, tt.floor, tt.goroutines, true)
			if proof == nil || proof.Back != tt.back || after < tt.after-0.05 || after > tt.after+0.15 {
				t.Errorf("after %.1f s: %+v, want back %v after %v s", after, proof, tt.back, tt.after)
			}
		})
	}
}

func TestALifeThatIsDisturbedProvesNothing(t *testing.T) {
	var b baseline
	if proof, _ := live(&b, 1, 40, always(1), always(1), false); proof != nil || b.first != nil {
		t.Errorf("a disturbed life gave %+v and the baseline %+v", proof, b.first)
	}
	if proof, _ := live(&b, 2, 40, always(profiler.Unknown), always(1), true); proof != nil {
		t.Errorf("a life without a floor gave %+v", proof)
	}
}
