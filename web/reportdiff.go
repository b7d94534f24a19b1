package web

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// compare adds what changed between the two profiles that the verdict rests on,
// and both of them.
func (r *reporter) compare(ctx context.Context, view *templates.ReportView) error {
	if err := r.t.Uncovered(); err != nil {
		view.NoDiff = sentence(err.Error())
		return nil
	}
	base, head, about := r.pair()
	if head == "" {
		return nil
	}
	defer r.s.cfg.API.Archive.Hold(base, head)()
	c, err := r.s.cfg.API.CompareForPeople(ctx, base, head, "")
	if errors.Is(err, profiler.ErrNoSnapshot) {
		view.NoDiff = "Of the two profiles that were to be compared one is not kept any more."
		return nil
	}
	if err != nil {
		return fmt.Errorf("comparing snapshots %s and %s for a report: %w", base, head, err)
	}
	d := &templates.ReportDiff{DiffView: reportDiffView(c), About: about}
	for _, s := range []profiler.Snapshot{c.Base, c.Head} {
		f, err := r.embed(s)
		if err != nil {
			return err
		}
		d.Files = append(d.Files, f)
	}
	d.Open = "go tool pprof -base " + d.Files[0].Name + " " + d.Files[1].Name
	view.Diff = d
	return nil
}

// pair picks the first and the last heap profile of what runs now, between
// which the verdict judges; of a life that has ended where there are no two.
func (r *reporter) pair() (base, head, about string) {
	list := r.s.cfg.API.Snapshots(r.t)
	var last *profiler.Snapshot
	for i := len(list) - 1; i >= 0; i-- {
		s := &list[i]
		if s.Kind != "heap" || s.Target != r.t.ID {
			continue
		}
		if last == nil {
			last, head = s, s.ID
			continue
		}
		if !s.SameLife(last) || s.Strategy != last.Strategy {
			break
		}
		if s.Reason != profiler.ReasonBeforeSwitch {
			base = s.ID
		}
	}
	if last != nil && base != "" && last.Epoch == r.s.cfg.API.Epoch {
		about = "The first and the last heap profile since the last switch or start"
		if last.Strategy != "" {
			about += ", both of " + last.Strategy
		}
		return base, head, about + "."
	}
	if r.t.Lab != nil {
		if death := r.t.LabState().Death; death != nil && death.Head != "" && death.Base != death.Head {
			return death.Base, death.Head, "The first and the last heap profile of the life that was ended at " + clock(death.At) + "."
		}
	}
	return "", "", ""
}

func reportDiffView(c *api.Comparison) templates.DiffView {
	unit := newPerUnit(c.Report, "total")
	v := templates.DiffView{
		Base: snapshotRef(c.Base), Head: snapshotRef(c.Head), Headline: diffHeadline(c), Sample: c.Sample,
		Change: changeTitle(c.Sample, "total"), Scale: unit.scale, Empty: "Nothing moved between these two.", Warnings: c.Warnings,
	}
	shown := worthARow(c.Report)
	shown = shown[:min(len(shown), reportSites)]
	for i := range shown {
		v.Sites = append(v.Sites, siteView(&shown[i], c.Report, unit, nil))
	}
	v.Folded = folded(c.Folded + len(c.Sites) - len(shown))
	return v
}

// embed puts a profile into the report, byte for byte as it is kept.
func (r *reporter) embed(s profiler.Snapshot) (templates.ReportFile, error) {
	f := templates.ReportFile{
		Name:  s.Target + "-" + s.ID + ".pb.gz",
		About: fmt.Sprintf("%s, %s, %s", clock(s.Time.Local()), s.Reason, units.Bytes(float64(s.Bytes))),
	}
	if s.Bytes > maxEmbedded {
		f.Why = "It is larger than the 4 MiB that fit into a report; the page Snapshots has it while leakline runs."
		return f, nil
	}
	raw, err := r.s.cfg.API.Archive.Profile(s.ID)
	if err != nil {
		return f, err
	}
	f.Href = "data:application/octet-stream;base64," + base64.StdEncoding.EncodeToString(raw)
	return f, nil
}
