package diff

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"
)

// noon is when a built profile was taken unless its test says otherwise.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// An allocation is one bucket of a built profile: how many objects of a size
// the runtime sampled, ever and still alive.
type allocation struct {
	stack       string // "function file:line" leaf first, frames joined by " < "
	size        int64
	alloc, live float64
}

// heapOf builds what runtime/pprof would write: counts are scaled up and cut
// to integers, and the size is a label.
func heapOf(t testing.TB, rate int64, at time.Time, allocations ...allocation) *profile.Profile {
	t.Helper()
	b := newBuilder(rate, at)
	for _, a := range allocations {
		scale := 1.0
		if rate > 1 {
			scale = 1 / (1 - math.Exp(-float64(a.size)/float64(rate)))
		}
		size := float64(a.size)
		b.sample(a.stack, map[string][]int64{"bytes": {a.size}},
			int64(a.alloc*scale), int64(a.alloc*size*scale), int64(a.live*scale), int64(a.live*size*scale))
	}
	return b.done(t)
}

// goroutinesOf builds a goroutine profile from stacks and how many stand there.
func goroutinesOf(t testing.TB, at time.Time, stacks map[string]int64) *profile.Profile {
	t.Helper()
	b := newBuilder(1, at)
	b.SampleType = []*profile.ValueType{{Type: "goroutine", Unit: "count"}}
	b.PeriodType = b.SampleType[0]
	for stack, n := range stacks {
		b.sample(stack, nil, n)
	}
	return b.done(t)
}

type builder struct {
	*profile.Profile
	functions map[string]*profile.Function
	locations map[string]*profile.Location
}

func newBuilder(rate int64, at time.Time) *builder {
	p := &profile.Profile{Period: rate, PeriodType: &profile.ValueType{Type: "space", Unit: "bytes"}}
	if !at.IsZero() {
		p.TimeNanos = at.UnixNano()
	}
	for _, name := range heapOrder {
		unit := "count"
		if strings.HasSuffix(name, "space") {
			unit = "bytes"
		}
		p.SampleType = append(p.SampleType, &profile.ValueType{Type: name, Unit: unit})
	}
	p.Mapping = []*profile.Mapping{{ID: 1, File: "/app/service", BuildID: "abc"}}
	return &builder{p, make(map[string]*profile.Function), make(map[string]*profile.Location)}
}

func (b *builder) sample(stack string, labels map[string][]int64, values ...int64) {
	s := &profile.Sample{Value: values, NumLabel: labels}
	for frame := range strings.SplitSeq(stack, " < ") {
		s.Location = append(s.Location, b.location(frame))
	}
	b.Sample = append(b.Sample, s)
}

// location makes one location of a frame; inlined calls are joined by " + ".
func (b *builder) location(frame string) *profile.Location {
	if l := b.locations[frame]; l != nil {
		return l
	}
	l := &profile.Location{ID: uint64(len(b.Location) + 1), Mapping: b.Mapping[0], Address: uint64(len(b.Location)+1) << 4}
	for call := range strings.SplitSeq(frame, " + ") {
		name, place, _ := strings.Cut(call, " ")
		file, line, _ := strings.Cut(place, ":")
		n, _ := strconv.ParseInt(line, 10, 64)
		f := b.functions[name+file]
		if f == nil {
			f = &profile.Function{ID: uint64(len(b.Function) + 1), Name: name, SystemName: name, Filename: file}
			b.functions[name+file] = f
			b.Function = append(b.Function, f)
		}
		l.Line = append(l.Line, profile.Line{Function: f, Line: n})
	}
	b.locations[frame] = l
	b.Location = append(b.Location, l)
	return l
}

func (b *builder) done(t testing.TB) *profile.Profile {
	t.Helper()
	if err := b.CheckValid(); err != nil {
		t.Fatalf("built profile: %v", err)
	}
	return b.Profile
}

// compare fails the test when the profiles cannot be compared.
func compare(t testing.TB, base, head *profile.Profile, o Options) *Report {
	t.Helper()
	r, err := Compare(base, head, o)
	if err != nil {
		t.Fatalf("comparing: %v", err)
	}
	return r
}

// siteAt finds a site by function among all, folded ones too.
func siteAt(t testing.TB, r *Report, function string) *Site {
	t.Helper()
	for _, sites := range [][]Site{r.Sites, r.Quiet} {
		for i := range sites {
			if sites[i].Function == function {
				return &sites[i]
			}
		}
	}
	t.Fatalf("no site %s in %s", function, names(r))
	return nil
}

func names(r *Report) string {
	var out []string
	for _, s := range r.Sites {
		out = append(out, fmt.Sprintf("%s:%d", s.Function, s.Line))
	}
	return strings.Join(out, ", ")
}

// encode writes a profile as it is stored.
func encode(t testing.TB, p *profile.Profile) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatalf("writing profile: %v", err)
	}
	return b.Bytes()
}
