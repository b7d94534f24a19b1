package web_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web"
)

// figuresOf are figures of which all but the given ones are unknown.
func figuresOf(known map[profiler.Figure]float64) (f profiler.Figures) {
	for i := range f {
		f[i] = profiler.Unknown
	}
	for fig, v := range known {
		f[fig] = v
	}
	return f
}

// The same cases as static/test/membar.test.js, so that nothing changes its look
// when the script takes over.
func TestMemoryBarAddsUpToRSS(t *testing.T) {
	const mib = 1 << 20
	agent := map[profiler.Figure]float64{
		profiler.FigFloor: 20e6, profiler.FigInUse: 30e6, profiler.FigHeapFree: 4e6, profiler.FigHeapUnused: 1e6,
		profiler.FigStacks: 2e6, profiler.FigRuntime: 40e6, profiler.FigRSS: 50e6, profiler.FigLimit: 128 * mib,
	}
	without := func(figures ...profiler.Figure) map[profiler.Figure]float64 {
		less := make(map[profiler.Figure]float64)
		for f, v := range agent {
			less[f] = v
		}
		for _, f := range figures {
			delete(less, f)
		}
		return less
	}
	swapped := without()
	swapped[profiler.FigRSS] = 37e6
	trailer := without(profiler.FigHeapFree, profiler.FigHeapUnused, profiler.FigStacks, profiler.FigLimit)
	for _, tt := range []struct {
		name  string
		known map[profiler.Figure]float64
		keys  string
		total string
		sum   float64 // of the parts, as shares of the bar; absent ones count against it
		note  string
	}{
		{"all is known", agent, "live dead free stacks runtime outside limit", "50.0 MB", 50e6 / (128 * mib), "GOMEMLIMIT is off"},
		{"more is mapped than resident", swapped, "live dead free stacks runtime absent limit", "37.0 MB", 37e6 / (128 * mib), "more than is resident"},
		{"no agent", trailer, "live dead free outside", "50.0 MB", 1, "told by leakline's agent"},
		{"no RSS", without(profiler.FigRSS), "live dead free stacks runtime limit", "40.0 MB", 40e6 / (128 * mib), "RSS is not known"},
		{"no collection yet", without(profiler.FigFloor), "live free stacks runtime outside limit", "50.0 MB", 50e6 / (128 * mib), ""},
		{"nothing", nil, "", "", 0, "Nothing is known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bar := web.MemBar(figuresOf(tt.known), time.Now(), true, "")
			var keys []string
			sum := 0.0
			for _, p := range bar.Parts {
				keys = append(keys, p.Key)
				switch p.Key {
				case "limit", "gomemlimit":
				case "absent":
					sum -= p.Width / 100
				default:
					sum += p.Width / 100
				}
			}
			if got := strings.Join(keys, " "); got != tt.keys {
				t.Errorf("pieces %q, want %q", got, tt.keys)
			}
			if got := strings.ReplaceAll(bar.Total, "\u00a0", " "); got != tt.total {
				t.Errorf("total %q, want %q", got, tt.total)
			}
			if math.Abs(sum-tt.sum) > 1e-9 {
				t.Errorf("the parts take %.4f of the bar, want %.4f", sum, tt.sum)
			}
			if !strings.Contains(bar.Note, tt.note) {
				t.Errorf("note %q, want %q in it", bar.Note, tt.note)
			}
		})
	}
}

func TestALimitFarOffIsNamedAndNotDrawn(t *testing.T) {
	bar := web.MemBar(figuresOf(map[profiler.Figure]float64{
		profiler.FigFloor: 1e6, profiler.FigInUse: 2e6, profiler.FigRuntime: 8e6, profiler.FigRSS: 10e6, profiler.FigLimit: 1e9, profiler.FigGoMemLimit: 9e6,
	}), time.Now(), true, "a cgroup")
	for _, p := range bar.Parts {
		if drawn := p.Width > 0; p.Key == "limit" && drawn || p.Key == "gomemlimit" && !drawn {
			t.Errorf("%s is %.1f wide", p.Key, p.Width)
		}
	}
	if want := "limit 1.00\u00a0GB"; !strings.Contains(bar.Says, want) {
		t.Errorf("it says %q, want %q in it", bar.Says, want)
	}
	if want := "990\u00a0MB of room"; !strings.Contains(bar.Aside, want) {
		t.Errorf("aside %q, want %q in it", bar.Aside, want)
	}
}
