package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
)

// snapshotsPage lists what has been kept, newest first.
func (s *Server) snapshotsPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return err
	}
	u := s.cfg.API.Archive.Usage()
	view := templates.SnapshotsView{
		Page: s.page(r, t, "Snapshots", "snapshots"),
		Summary: fmt.Sprintf("%s kept, %s of %s · oldest unpinned goes first",
			units.Count(float64(u.Count)), units.Bytes(float64(u.Bytes)), units.Bytes(float64(u.MaxBytes))),
		Next: "The first is taken when the process answers, then one every 30 s.",
	}
	for _, snap := range slices.Backward(s.cfg.API.Snapshots(t)) {
		view.Rows = append(view.Rows, snapshotRow(snap))
	}
	return s.render(w, r, http.StatusOK, templates.Snapshots(view))
}

func snapshotRow(s profiler.Snapshot) templates.SnapshotRow {
	row := templates.SnapshotRow{
		ID: s.ID, Time: clock(s.Time.Local()), UnixMilli: s.Time.UnixMilli(), Reason: string(s.Reason), Strategy: s.Strategy,
		Generation: strconv.Itoa(int(s.Generation)), Cost: units.Seconds(s.CaptureMS / 1e3), Size: units.Bytes(float64(s.Bytes)),
		Label: s.Label, Pinned: s.Pinned, PprofHref: pprofHref("", s.ID, ""),
	}
	if s.FloorBytes != nil {
		row.Floor = units.Bytes(float64(*s.FloorBytes))
	}
	if s.Requests != nil {
		row.Requests = units.Count(float64(*s.Requests))
	}
	if s.GCCycle != nil {
		row.GCCycle = units.Count(float64(*s.GCCycle))
	}
	if s.MemProfileRate > 0 {
		row.Rate = samplingRate(s.MemProfileRate)
	}
	return row
}

// samplingRate writes bytes between samples as they are set, in KiB.
func samplingRate(bytes int) string {
	if bytes%1024 == 0 {
		return units.Count(float64(bytes/1024)) + "\u00a0KiB"
	}
	return units.Bytes(float64(bytes))
}

func snapshotRef(s profiler.Snapshot) templates.SnapshotRef {
	return templates.SnapshotRef{ID: s.ID, Time: clock(s.Time.Local()), Strategy: s.Strategy, Reason: string(s.Reason), Label: s.Label}
}
