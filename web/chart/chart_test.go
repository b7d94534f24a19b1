package chart_test

import (
	"flag"
	"math"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/leakline/leakline/web/chart"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	nan  = math.NaN()
)

// picture is 100 s with a reading each 10 s, so that a second is 8.46 wide.
func picture() *chart.Picture {
	p := &chart.Picture{From: noon, To: noon.Add(100 * time.Second), Every: 10 * time.Second}
	for s := 0; s <= 100; s += 10 {
		p.Times = append(p.Times, noon.Add(time.Duration(s)*time.Second))
		p.Generation = append(p.Generation, 1)
	}
	return p
}

func x(second float64) float64 { return 48 + second/100*(894-48) }

// svg parses what was drawn as a browser would.
func svg(t *testing.T, drawn string) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(drawn))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var vertex = regexp.MustCompile(`([ML])([\d.]+) ([\d.]+)`)

// vertices are the points of a path; a lifted pen is a nil between them.
func vertices(t *testing.T, d *goquery.Selection) (points [][]float64) {
	t.Helper()
	if d.Length() != 1 {
		t.Fatalf("%d paths, want one", d.Length())
	}
	for _, m := range vertex.FindAllStringSubmatch(d.AttrOr("d", ""), -1) {
		if m[1] == "M" && len(points) > 0 {
			points = append(points, nil)
		}
		x, _ := strconv.ParseFloat(m[2], 64)
		y, _ := strconv.ParseFloat(m[3], 64)
		points = append(points, []float64{x, y})
	}
	return points
}

func round(v float64) float64 { return math.Round(10*v) / 10 }

func TestALineStandsWhereItsValuesAre(t *testing.T) {
	p := picture()
	v := []float64{0, 100, 50, nan, nan, 300, 300, 0, 0, 0, 0}
	drawn := svg(t, p.Draw(chart.Strip{Height: 122, Left: chart.Axis{Kind: chart.Plain, Least: 10}, Lines: []chart.Line{{Class: "a", Values: v}}}))
	// The axis goes to 300 in steps of 100: 14 is its top, 114 its zero.
	y := func(v float64) float64 { return 114 - v/300*100 }
	var want [][]float64
	for i, value := range v {
		switch {
		case math.IsNaN(value) && want[len(want)-1] != nil:
			want = append(want, nil)
		case !math.IsNaN(value):
			want = append(want, []float64{round(x(float64(10 * i))), round(y(value))})
		}
	}
	if got := vertices(t, drawn.Find("path.ln.a")); !reflect.DeepEqual(got, want) {
		t.Errorf("the line goes\n%v, want\n%v", got, want)
	}
	if got := drawn.Find("text.num").Text(); got != "0100200300" {
		t.Errorf("the axis says %q, want 0, 100, 200 and 300", got)
	}
}

func TestALineBreaksWhereReadingsAreMissingOrALifeEnds(t *testing.T) {
	p := picture()
	for i := range p.Times {
		if i >= 4 {
			p.Times[i] = p.Times[i].Add(40 * time.Second) // four readings late: silence
		}
		if i >= 8 {
			p.Generation[i] = 2
		}
	}
	p.To = p.Times[len(p.Times)-1]
	drawn := svg(t, p.Draw(chart.Strip{Height: 100, Lines: []chart.Line{{Class: "a", Values: make([]float64, 11)}}}))
	path := drawn.Find("path.ln.a").AttrOr("d", "")
	if got := strings.Count(path, "M"); got != 3 {
		t.Errorf("the pen is put down %d times in %s, want 3", got, path)
	}
}

func TestTheFloorGoesFromMeasurementToMeasurement(t *testing.T) {
	p := picture()
	floor := []float64{100, 100, 100, 200, 200, 200, 300, 300, 300, 300, 300}
	cycles := []float64{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}
	drawn := svg(t, p.Draw(chart.Strip{Height: 122, Lines: []chart.Line{{Class: "floor", Values: floor, Cycles: cycles}}}))
	want := [][]float64{{round(x(0)), 80.7}, {round(x(30)), 47.3}, {round(x(60)), 14}}
	if got := vertices(t, drawn.Find("path.ln.floor")); !reflect.DeepEqual(got, want) {
		t.Errorf("the floor goes\n%v, want\n%v", got, want)
	}
	if got := drawn.Find("circle.dot").Length(); got != 3 {
		t.Errorf("%d dots, want one for each of the 3 collections", got)
	}
	if tail := drawn.Find("path.tail").AttrOr("d", ""); tail != "M555.6 14H894" {
		t.Errorf("the tail is %q, want from the last collection to now", tail)
	}
}

func TestGapsAndMarksStandInTheirPlace(t *testing.T) {
	p := picture()
	p.Gaps = []chart.Gap{{noon.Add(20 * time.Second), noon.Add(30 * time.Second)}, {noon.Add(-time.Hour), noon.Add(-time.Minute)}}
	p.Marks = []chart.Mark{
		{At: noon.Add(-time.Second), Kind: "switch", Number: 1}, {At: noon.Add(50 * time.Second), Kind: "crash", Number: 2},
		{At: noon.Add(60 * time.Second), Kind: "snapshot"},
	}
	drawn := svg(t, p.Draw(chart.Strip{Height: 100}))
	gaps := drawn.Find("rect.gap")
	if gaps.Length() != 1 || gaps.AttrOr("x", "") != "217.2" || gaps.AttrOr("width", "") != "84.6" {
		t.Errorf("%d gaps, the first from %s, %s wide: want one from 217.2, 84.6 wide", gaps.Length(), gaps.AttrOr("x", ""), gaps.AttrOr("width", ""))
	}
	if marks := drawn.Find("path.mark"); marks.Length() != 1 || !marks.HasClass("crash") || marks.AttrOr("d", "") != "M471 0V100" {
		t.Errorf("%d marks, %s: want the crash alone, at 471", marks.Length(), marks.AttrOr("d", ""))
	}
	if ticks := drawn.Find("path.tick"); ticks.Length() != 1 || !strings.HasPrefix(ticks.AttrOr("d", ""), "M555.6 ") {
		t.Errorf("%d ticks: want what happens by itself on the axis, at 555.6", ticks.Length())
	}
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name    string
		limit   float64
		top     string
		hatched int
		says    string
	}{
		{"in sight, the axis makes room", 400, "600", 1, "limit 400"},
		{"far above, it is named at the edge", 4000, "100", 0, "limit 400 ↑"},
		{"none", nan, "100", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := chart.Strip{Height: 100, Lines: []chart.Line{{Class: "a", Values: []float64{100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100}}}}
			s.Limits = []chart.Limit{{Class: "limit", Name: "limit 400", At: tt.limit, Hatched: true}}
			drawn := svg(t, picture().Draw(s))
			if got := drawn.Find("rect.beyond").Length(); got != tt.hatched {
				t.Errorf("%d hatched, want %d", got, tt.hatched)
			}
			if got := drawn.Find("text.name").Text(); got != tt.says {
				t.Errorf("it says %q, want %q", got, tt.says)
			}
			if got := drawn.Find(`text.num[text-anchor=end]`).Last().Text(); got != tt.top {
				t.Errorf("the axis goes to %s, want %s", got, tt.top)
			}
		})
	}
}

func TestMarksInOnePlaceShareAChip(t *testing.T) {
	p := picture()
	for i, kind := range []string{"snapshot", "switch", "snapshot"} {
		p.Marks = append(p.Marks, chart.Mark{At: noon.Add(time.Duration(20+i) * time.Second), Kind: kind, Number: i + 3})
	}
	p.Marks = append(p.Marks, chart.Mark{At: noon.Add(80 * time.Second), Kind: "gc", Number: 6})
	p.Spans = []chart.Span{{From: noon.Add(-time.Minute), To: noon.Add(22 * time.Second), Name: "list-scan"}, {From: noon.Add(22 * time.Second), Name: "a<b"}}
	drawn := svg(t, p.Lane("what happened"))
	chips := drawn.Find("text.chip")
	if chips.Length() != 2 || chips.First().Text() != "3–5" || !chips.First().HasClass("switch") || chips.Last().Text() != "6" {
		t.Errorf("chips say %q, want 3–5 as a switch, and 6", chips.Text())
	}
	if ran := drawn.Find("text.ran"); ran.Length() != 2 || ran.Last().Text() != "a<b" {
		t.Errorf("what ran is %q, want both, as they are called", ran.Text())
	}
}

// Thousands of readings in few pixels leave their extremes.
func TestManyReadingsAreThinnedToTheSamePicture(t *testing.T) {
	p := &chart.Picture{From: noon, To: noon.Add(time.Hour), Every: 100 * time.Millisecond}
	var v []float64
	for i := range 36_000 {
		p.Times, p.Generation = append(p.Times, noon.Add(time.Duration(i)*100*time.Millisecond)), append(p.Generation, 1)
		v = append(v, 1)
	}
	v[12_345] = 9
	points := vertices(t, svg(t, p.Draw(chart.Strip{Height: 122, Lines: []chart.Line{{Class: "a", Values: v}}})).Find("path.ln.a"))
	peak := 122.0
	for _, at := range points {
		peak = min(peak, at[1])
	}
	if len(points) > 4*900 || peak > 30 {
		t.Errorf("%d points up to %.1f: want at most 3600, and the one high reading among them", len(points), peak)
	}
}

// The picture as a whole, to be read when it changes.
func TestGolden(t *testing.T) {
	p := picture()
	p.Gaps = []chart.Gap{{noon.Add(30 * time.Second), noon.Add(50 * time.Second)}}
	p.Marks = []chart.Mark{{At: noon.Add(50 * time.Second), Kind: "switch", Number: 1}}
	got := p.Draw(chart.Strip{
		About: `Memory of "a" & <b>`, Height: 100, Left: chart.Axis{Kind: chart.Bytes, Least: 1e6}, Right: chart.Axis{Kind: chart.Seconds, Unit: "", Least: 1e-3},
		Lines: []chart.Line{
			{Class: "rss", Values: []float64{2e6, 3e6, 4e6, 5e6, nan, 5e6, 5e6, 6e6, 6e6, 7e6, 7e6}},
			{Class: "c", Right: true, Values: []float64{1e-3, 2e-3, 2e-3, 1e-3, nan, 1e-3, 1e-3, 1e-3, 4e-3, 1e-3, 1e-3}},
		},
		Limits:   []chart.Limit{{Class: "limit", Name: "limit 8 MiB", At: 8 << 20, Hatched: true}},
		Failures: []float64{0, 0, 0, 0, nan, 0, 0, 0, 1e6, 0, 0},
	})
	got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
	const golden = "testdata/strip.svg"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the picture differs from %s; run with -update and look at it:\n%s", golden, got)
	}
}

func BenchmarkDraw(b *testing.B) {
	p := &chart.Picture{From: noon, To: noon.Add(time.Hour), Every: time.Second}
	var v []float64
	for i := range 3600 {
		p.Times, p.Generation = append(p.Times, noon.Add(time.Duration(i)*time.Second)), append(p.Generation, 1)
		v = append(v, float64(i%77))
	}
	s := chart.Strip{Height: 122, Lines: []chart.Line{{Class: "a", Values: v}, {Class: "b", Values: v}}}
	b.ReportAllocs()
	for b.Loop() {
		if len(p.Draw(s)) < 10_000 {
			b.Fatal("nothing was drawn")
		}
	}
}
