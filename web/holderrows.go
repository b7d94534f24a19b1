package web

import (
	"fmt"
	"strconv"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

func (b *holdersBuilder) headline() templates.Headline {
	g := b.answer.Graph
	h := templates.Headline{
		Aside:    fmt.Sprintf("heap graph %s of generation %d, %s · what is retained is exact, what was sampled has its interval", g.ID, g.Generation, clock(g.Time)),
		Sentence: []templates.Span{{Text: b.answer.Summary}},
	}
	if b.shown != nil {
		words := b.shown.Claim()
		if b.query.Get("site") != "" {
			words = b.shown.Sentence()
		}
		h.Sentence = []templates.Span{{Text: words + "."}}
		held := split(units.Bytes(float64(b.shown.RetainedBytes)))
		note := "of " + units.Bytes(float64(b.answer.About.Bytes)) + " in the heap"
		if b.shown.SharedBytes > 0 {
			note = "and " + units.Bytes(float64(b.shown.SharedBytes)) + " with others"
		}
		h.Figures = append(h.Figures, templates.HeadFigure{Label: "retained alone", Value: held.Value, Unit: held.Unit, Note: note})
	}
	if g.PauseMS != nil {
		pause := split(units.Seconds(*g.PauseMS / 1e3))
		h.Figures = append(h.Figures, templates.HeadFigure{Label: "it stood still for", Value: pause.Value, Unit: pause.Unit, Note: "marked on every chart"})
	}
	objects := split(units.ShortCount(float64(b.answer.About.Objects)))
	h.Figures = append(h.Figures, templates.HeadFigure{Label: "objects", Value: objects.Value, Unit: objects.Unit, Note: units.ShortCount(float64(b.answer.About.Edges)) + " pointers"})
	return h
}

func (b *holdersBuilder) notes() []string {
	notes := []string{"Only sizes, pointers, names and types left the process; nothing of what its objects contain."}
	return append(notes, b.answer.Warnings...)
}

func (b *holdersBuilder) share(bytes int64) float64 {
	return min(1, float64(bytes)/max(1, float64(b.answer.About.Bytes)))
}

func (b *holdersBuilder) row(h *heapgraph.Holder) templates.HolderRow {
	row := templates.HolderRow{
		Name: diff.ShortName(h.Name), FullName: h.Name, Kind: kindWords(&h.Root),
		Href:    b.href(b.answer.Graph.ID, "holder", strconv.FormatUint(uint64(h.Node), 10), "node", ""),
		Current: b.shown == h, Retains: units.Bytes(float64(h.RetainedBytes)), Share: b.share(h.RetainedBytes + h.SharedBytes),
	}
	if h.SharedBytes > 0 {
		row.Kind += ", " + units.Bytes(float64(h.SharedBytes)) + " together with others"
	}
	if h.Entries > 1 {
		row.Entries = units.Count(float64(h.Entries))
	}
	if h.Samples > 0 {
		row.Sampled = units.ByteEstimate(h.SampledBytes.Low, h.SampledBytes.Estimate, h.SampledBytes.High)
	}
	return row
}

func kindWords(r *heapgraph.Root) string {
	switch {
	case r.Kind == heapgraph.Global:
		return "global variable"
	case r.Kind == heapgraph.Goroutine && r.Goroutines == 1:
		return "1 goroutine"
	case r.Kind == heapgraph.Goroutine:
		return units.Count(float64(r.Goroutines)) + " goroutines"
	case r.Kind == heapgraph.Unlisted:
		return "no holder that a dump lists"
	}
	return string(r.Kind)
}
