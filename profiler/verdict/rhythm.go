package verdict

import (
	"math/rand/v2"
	"time"
)

// looseness is how late a look may come, as a share of the pause: nearly a whole
// one, so that no rhythm of the service's falls in with that of the looks, and
// not all of it, so that two looks are never taken at once.
const looseness = 0.8

// A Rhythm spaces looks unevenly. Looks at one pace turn a service that goes up
// and down at nearly the same pace into a slow, steady rise, as a film turns the
// spokes of a wheel. The zero value is ready.
type Rhythm struct{ late float64 } // share of a pause by which the last look came late

// Next returns how long to wait before the next look: every on average, a fifth
// of it at least and nearly twice as long at most.
func (r *Rhythm) Next(every time.Duration) time.Duration {
	late := looseness * rand.Float64()
	pause := time.Duration(float64(every) * (1 + late - r.late))
	r.late = late
	return pause
}
