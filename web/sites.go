package web

import (
	"fmt"
	"math"
	"strings"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

// A perUnit writes the ranked column: in all, per second or per request, in
// bytes or in objects, on one scale for all rows.
type perUnit struct {
	per     func(*diff.Interval) *diff.Interval
	bytes   bool
	amount  bool // what the window allocated, which is no change and has no sign
	scale   templates.Scale
	low, hi float64 // ends of the scale
}

func newPerUnit(r *diff.Report, per string) perUnit {
	alloc := r.Sample == diff.AllocSpace || r.Sample == diff.AllocObjects
	u := perUnit{bytes: diff.InBytes(r.Sample), amount: alloc && r.SameProcess, per: func(iv *diff.Interval) *diff.Interval { return iv }}
	switch per {
	case "second":
		u.per = r.PerSecond
	case "request":
		u.per = r.PerRequest
	}
	for i := range r.Sites {
		if iv := u.per(r.Sites[i].Value(r.Sample)); iv != nil {
			u.low, u.hi = min(u.low, iv.Low), max(u.hi, iv.High)
		}
	}
	u.low, u.hi = -roundUp(-u.low), roundUp(u.hi)
	if u.hi == u.low {
		u.hi = 1
	}
	u.scale = templates.Scale{Title: "95 % interval", From: u.write(u.low), To: u.write(u.hi), Zero: u.place(0)}
	return u
}

// roundUp returns the next number of the steps 1, 2, 5, 10 …
func roundUp(v float64) float64 {
	if v <= 0 {
		return 0
	}
	step := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5, 10} {
		if v <= m*step {
			return m * step
		}
	}
	return v
}

func (u perUnit) place(v float64) float64 { return (v - u.low) / (u.hi - u.low) }

func (u perUnit) write(v float64) string {
	if u.bytes {
		return units.Bytes(v)
	}
	return units.Count(v)
}

func (u perUnit) signed(v float64) string {
	switch {
	case u.amount:
		return u.write(v)
	case u.bytes:
		return units.SignedBytes(v)
	}
	return units.SignedCount(v)
}

func (u perUnit) spread(iv *diff.Interval) string {
	if u.bytes {
		return units.ByteRange(iv.Low, iv.High)
	}
	return units.CountRange(iv.Low, iv.High)
}

// siteView writes one row of the table.
func siteView(site *diff.Site, r *diff.Report, u perUnit, sources []templates.Source) templates.Site {
	v := templates.Site{
		Function: site.Function, Place: fmt.Sprintf("%s:%d", diff.ShortFile(site.File), site.Line),
		Moved: moved(site, r.Sample), KeptShare: -1, Source: sourceOf(site.File, sources),
	}
	if site.Leaf != site.Function {
		v.Via = diff.ShortName(site.Leaf)
	}
	change := site.Value(r.Sample)
	v.Change = templates.Cell{Sort: nan}
	if iv := u.per(change); iv != nil {
		v.Change = templates.Cell{Text: u.signed(iv.Estimate), Sort: iv.Estimate, Dim: site.Noise}
		v.Interval = &templates.Interval{
			Low: u.place(iv.Low), Estimate: u.place(iv.Estimate), High: u.place(iv.High), Text: u.spread(iv),
		}
	}
	v.PerSecond = u.rateCell(r.PerSecond(change), site.Noise)
	v.PerRequest = u.rateCell(r.PerRequest(change), site.Noise)
	objects := site.Objects
	if r.Sample == diff.AllocSpace || r.Sample == diff.AllocObjects {
		objects = site.AllocObjects
	}
	v.Objects = countCell(objects)
	v.Kept, v.Other = templates.Cell{Sort: nan}, bytesCell(site.AllocBytes, units.Bytes)
	if r.Sample == diff.AllocSpace {
		v.Other = bytesCell(site.Bytes, units.SignedBytes)
	}
	if site.Kept != nil {
		v.Kept, v.KeptShare = templates.Cell{Text: units.Percent(*site.Kept), Sort: *site.Kept}, *site.Kept
		v.Aside = keptWord(*site.Kept)
	}
	return v
}

// keptWord says what becomes of what a site allocates.
func keptWord(kept float64) string {
	switch {
	case kept < 0.02:
		return "churn"
	case kept > 0.9:
		return "allocated here; the holder may be elsewhere"
	}
	return ""
}

func moved(site *diff.Site, sample string) string {
	iv := site.Value(sample)
	switch {
	case iv == nil || site.Noise:
		return "same"
	case iv.Estimate < 0:
		return "shrank"
	}
	return "grew"
}

func (u perUnit) rateCell(iv *diff.Interval, noise bool) templates.Cell {
	switch {
	case iv == nil:
		return templates.Cell{Sort: nan}
	case noise:
		return templates.Cell{Text: "noise", Sort: iv.Estimate, Dim: true}
	}
	if u.bytes {
		return templates.Cell{Text: units.Bytes(iv.Estimate), Sort: iv.Estimate}
	}
	return templates.Cell{Text: units.Number(iv.Estimate), Sort: iv.Estimate}
}

func countCell(iv *diff.Interval) templates.Cell {
	if iv == nil {
		return templates.Cell{Sort: nan}
	}
	return templates.Cell{Text: units.SignedCount(iv.Estimate), Sort: iv.Estimate, Dim: iv.Noise()}
}

func bytesCell(iv *diff.Interval, write func(float64) string) templates.Cell {
	if iv == nil {
		return templates.Cell{Sort: nan}
	}
	return templates.Cell{Text: write(iv.Estimate), Sort: iv.Estimate}
}

// codeSpans sets the names of sites in a sentence as code.
func codeSpans(sentence string, sites []diff.Site) []templates.Span {
	for i := range sites {
		names := []string{diff.ShortName(sites[i].Function)}
		if _, last, ok := strings.Cut(names[0], "."); ok {
			names = append(names, last)
		}
		for _, name := range names {
			if before, after, ok := strings.Cut(sentence, name); ok && name != "" {
				return []templates.Span{{Text: before}, {Text: name, Code: true}, {Text: after}}
			}
		}
	}
	return []templates.Span{{Text: sentence}}
}

func sourceOf(file string, sources []templates.Source) string {
	for _, s := range sources {
		if strings.HasSuffix(file, s.Title) {
			return s.ID
		}
	}
	return ""
}
