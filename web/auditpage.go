package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/audit"
)

// shownEntries bounds the page; the API has all that are kept.
const shownEntries = 200

// auditEntries lists who did what, newest first.
func (s *Server) auditEntries(w http.ResponseWriter, r *http.Request) error {
	usage := s.cfg.Audit.Usage()
	raw, err := json.Marshal(struct {
		Entries []audit.Entry `json:"entries"`
		Failing bool          `json:"failing"`
	}{s.cfg.Audit.Newest(usage.MaxKept), usage.Err != nil})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return api.WriteBody(w, r, http.StatusOK, raw)
}

// auditPage is the same for people.
func (s *Server) auditPage(w http.ResponseWriter, r *http.Request) error {
	usage := s.cfg.Audit.Usage()
	view := templates.AuditView{Page: s.page(r, s.targetOr(r, ""), "Who did what", "")}
	if usage.Err != nil {
		view.Failing = sentence(usage.Err.Error())
	}
	for _, e := range s.cfg.Audit.Newest(shownEntries) {
		row := templates.AuditRow{
			Seq: strconv.FormatUint(e.Seq, 10), Time: e.Time.Local().Format("2006-01-02 15:04:05"),
			Role: e.Role, Who: e.Session, Remote: e.Remote, Did: e.Did, With: e.With, Status: strconv.Itoa(e.Status), Refused: e.Status >= 400,
		}
		if e.Skipped > 0 {
			row.With += " (" + units.Count(float64(e.Skipped)) + " more before it)"
		}
		view.Rows = append(view.Rows, row)
	}
	return s.render(w, r, http.StatusOK, templates.Audit(view))
}

// auditRows show how full the log is.
func auditRows(u audit.Usage) []templates.DebugRow {
	rows := []templates.DebugRow{
		{Name: "entries in memory", Value: units.Count(float64(u.Kept)), Bound: units.Count(float64(u.MaxKept))},
		{Name: "bytes on disk", Value: units.Bytes(float64(u.Bytes)), Bound: units.Bytes(float64(u.MaxBytes))},
	}
	if u.Err != nil {
		rows = append(rows, templates.DebugRow{Name: "the file cannot be written", Value: "failing"})
	}
	return rows
}
