package web

import (
	"errors"
	"fmt"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/heapgraph"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

// changes compares with the graph before it of the same life.
func (b *holdersBuilder) changes(v *templates.HoldersView) error {
	g := b.answer.Graph
	var before *profiler.Snapshot
	for _, other := range b.s.cfg.API.HeapGraphs(b.target) {
		if other.SameLife(&g) && other.Time.Before(g.Time) {
			before = &other
		}
	}
	if before == nil {
		return nil
	}
	changes, _, _, err := b.s.cfg.API.CompareHolders(before.ID, g.ID, shownChanges)
	if errors.Is(err, profiler.ErrNoSnapshot) {
		return nil // retention took it in between
	}
	if err != nil {
		return err
	}
	v.Before = templates.Link{Text: before.ID, Href: b.href(before.ID, "node", "", "holder", "")}
	v.ChangesNote = units.Seconds(g.Time.Sub(before.Time).Seconds()) + " before"
	if before.Requests != nil && g.Requests != nil {
		v.ChangesNote += fmt.Sprintf(", %s requests", units.Count(float64(*g.Requests-*before.Requests)))
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, changeView(c))
	}
	return nil
}

func changeView(c heapgraph.Change) templates.HolderChange {
	grown := float64(c.After.Bytes - c.Before.Bytes)
	view := templates.HolderChange{
		Name: diff.ShortName(c.Name), FullName: c.Name, Kind: string(c.Kind),
		Holds: units.Bytes(float64(c.After.Bytes)), Change: units.SignedBytes(grown), Tone: tone(grown, 1e5),
	}
	if c.Before.Entries != c.After.Entries {
		view.Entries = units.Count(float64(c.Before.Entries)) + " → " + units.Count(float64(c.After.Entries))
	}
	if c.Before.Goroutines != c.After.Goroutines {
		view.Entries = units.Count(float64(c.Before.Goroutines)) + " → " + units.Count(float64(c.After.Goroutines)) + " goroutines"
	}
	return view
}
