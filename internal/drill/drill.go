// Package drill is what the fault drills share: how often they do it, in which
// order, and how long it took until somebody noticed.
package drill

import (
	"cmp"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"
)

// What make faults sets. No child inherits it: the lab drops LEAKLINE_.
const (
	fullKey = "LEAKLINE_DRILL"      // "full" for the full counts
	seedKey = "LEAKLINE_DRILL_SEED" // default a new one each time
)

// Full reports whether the full counts are wanted, by somebody who has minutes
// and a machine that does nothing else.
func Full() bool { return os.Getenv(fullKey) == "full" }

// Count is how often something is done: few times in CI.
func Count(few, full int) int {
	if Full() {
		return full
	}
	return few
}

// Race reports whether this binary has the race detector in it.
func Race() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// Rand is where a drill takes its order and its moments from. Its seed is told,
// so that the same can be tried again.
func Rand(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if given := os.Getenv(seedKey); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedKey, err)
		}
	}
	t.Logf("seed %d; make faults SEED=%d, or %s=%d before go test, tries the same again", seed, seed, seedKey, seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// Up returns a random duration below d.
func Up(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }

// Delays are how long something took, each time.
type Delays struct {
	what string
	all  []delay
}

type delay struct {
	of         string
	took, late time.Duration
}

// NewDelays returns none yet; what says of what, as "until an end is noticed".
func NewDelays(what string) *Delays { return &Delays{what: what} }

// Add takes in one, of what happened then, in which time a Metronome was late; 0
// without one.
func (d *Delays) Add(of string, took, late time.Duration) {
	d.all = append(d.all, delay{of, took, late})
}

// Tell logs them.
func (d *Delays) Tell(t *testing.T) {
	t.Helper()
	if len(d.all) == 0 {
		return
	}
	slices.SortFunc(d.all, func(a, b delay) int { return cmp.Compare(a.took, b.took) })
	longest := d.quantile(1)
	t.Logf("%s, %d times: p50 %v, p99 %v, max %v (%s)", d.what, len(d.all),
		ms(d.quantile(0.5).took), ms(d.quantile(0.99).took), ms(longest.took), longest.of)
}

// Check tells them and fails the test for those beyond bound. In full every delay
// must hold, but for what the whole process was woken late meanwhile. In CI the
// neighbours and the race detector take what they want, and one late wake-up would
// say nothing of the product: there the median must hold, and every delay slack.
func (d *Delays) Check(t *testing.T, bound, slack time.Duration) {
	t.Helper()
	d.Tell(t)
	most := slack
	if Full() {
		most = bound
	} else if len(d.all) > 0 && d.quantile(0.5).took > bound {
		t.Errorf("%s: the median is %v, want at most %v", d.what, d.quantile(0.5).took, bound)
	}
	for _, each := range d.all {
		switch {
		case each.took-each.late > most:
			t.Errorf("%s: %v after %s, of which %v were the machine's, want at most %v", d.what, each.took, each.of, each.late, most)
		case each.took > most:
			t.Logf("%s: %v after %s, of which %v were the machine's", d.what, each.took, each.of, each.late)
		}
	}
}

// quantile needs the delays in order.
func (d *Delays) quantile(q float64) delay { return d.all[int(q*float64(len(d.all)-1)+0.5)] }

func ms(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }
