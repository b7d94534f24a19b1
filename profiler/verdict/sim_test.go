package verdict_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler/verdict"
)

const rate = 512 << 10 // bytes between samples

// A source allocates objects of one size at one line. made is how many it has
// allocated after t seconds, alive how many of these are left.
type source struct {
	name        string
	size        float64
	made, alive func(t float64) float64

	chance              float64
	sampledMade, living float64 // sampled so far, and still alive
	lastMade, lastAlive float64
}

// A simulation is a process with known sources, seen through a sampling
// profiler.
type simulation struct {
	rng     *rand.Rand
	sources []*source
	noise   float64 // bytes, of the floor
	gc      float64
}

func newSimulation(seed uint64, noise float64, sources ...source) *simulation {
	s := &simulation{rng: rand.New(rand.NewPCG(seed, 1)), noise: noise}
	for _, src := range sources {
		src.chance = 1 - math.Exp(-src.size/rate)
		s.sources = append(s.sources, &src)
	}
	return s
}

// look lets the process run to t and looks at it after a forced collection.
func (s *simulation) look(t float64) verdict.Look {
	s.gc += 10
	l := verdict.Look{
		At: time.Unix(1e9, 0).Add(time.Duration(t * float64(time.Second))), FloorExact: true, GCCycles: s.gc,
		Requests: math.NaN(), InFlight: math.NaN(), OutsideGo: math.NaN(), Floor: 2e6 + s.noise*s.rng.NormFloat64(), Heap: newProfile(t),
	}
	for i, src := range s.sources {
		src.advance(s.rng, t)
		l.Floor += src.alive(t) * src.size
		l.AllocBytes += src.made(t) * src.size
		src.write(l.Heap, uint64(i+1))
	}
	return l
}

// advance samples what was allocated since, and has each sampled object die as
// often as any other.
func (src *source) advance(rng *rand.Rand, t float64) {
	made, alive := src.made(t), src.alive(t)
	born := poisson(rng, (made-src.lastMade)*src.chance)
	src.sampledMade += born
	before := src.lastAlive + made - src.lastMade // had none died
	pool := src.living + born
	src.living = 0
	for range int(pool) {
		if before > 0 && rng.Float64() < alive/before {
			src.living++
		}
	}
	src.lastMade, src.lastAlive = made, alive
}

func poisson(rng *rand.Rand, mean float64) float64 {
	if mean > 50 {
		return math.Max(0, math.Round(mean+math.Sqrt(mean)*rng.NormFloat64()))
	}
	n, p := -1.0, 1.0
	for p > math.Exp(-mean) || n < 0 {
		p *= rng.Float64()
		n++
	}
	return n
}

func newProfile(t float64) *profile.Profile {
	return &profile.Profile{
		SampleType: []*profile.ValueType{
			{Type: "alloc_objects", Unit: "count"}, {Type: "alloc_space", Unit: "bytes"},
			{Type: "inuse_objects", Unit: "count"}, {Type: "inuse_space", Unit: "bytes"},
		},
		PeriodType: &profile.ValueType{Type: "space", Unit: "bytes"}, Period: rate,
		TimeNanos: int64(1e18 + t*1e9), DefaultSampleType: "inuse_space",
	}
}

// write adds what the runtime would say: sampled counts, scaled up.
func (src *source) write(p *profile.Profile, id uint64) {
	fn := &profile.Function{ID: id, Name: "main." + src.name, Filename: "/src/app/main.go"}
	loc := &profile.Location{ID: id, Address: id, Line: []profile.Line{{Function: fn, Line: int64(10 * id)}}}
	p.Function, p.Location = append(p.Function, fn), append(p.Location, loc)
	scale := 1 / src.chance
	p.Sample = append(p.Sample, &profile.Sample{
		Location: []*profile.Location{loc}, NumLabel: map[string][]int64{"bytes": {int64(src.size)}},
		Value: []int64{
			int64(src.sampledMade * scale), int64(src.sampledMade * src.size * scale),
			int64(src.living * scale), int64(src.living * src.size * scale),
		},
	})
}

// watch looks every step seconds or so for so long, as diagnose does.
func (s *simulation) watch(t *testing.T, seconds, step float64) verdict.Verdict {
	t.Helper()
	var h verdict.History
	for at := 0.0; at <= seconds; at += step {
		uneven := at + 0.8*step*s.rng.Float64() // as a Rhythm is, but the same in each run
		if err := h.Add(s.look(uneven)); err != nil {
			t.Fatal(err)
		}
	}
	return h.Judge()
}

// even allocates at one rate, in bytes a second.
func even(size, bytesPerS float64) func(float64) float64 {
	return func(t float64) float64 { return bytesPerS / size * (t + 5) }
}

func none(float64) float64 { return 0 }

func standing(n float64) func(float64) float64 { return func(float64) float64 { return n } }

// leaks keeps all it allocates.
func leaks(name string, size, bytesPerS float64) source {
	return source{name: name, size: size, made: even(size, bytesPerS), alive: even(size, bytesPerS)}
}

// churns keeps nothing but what is at work.
func churns(name string, size, bytesPerS float64) source {
	return source{name: name, size: size, made: even(size, bytesPerS), alive: standing(math.Ceil(2e5 / size))}
}
