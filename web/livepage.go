package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// shownMarks bounds the list of what happened.
const shownMarks = 200

// livePage shows the charts. Everything but the lines is there before any
// script runs.
func (s *Server) livePage(w http.ResponseWriter, r *http.Request) error {
	state := s.cfg.API.Lab.State()
	series := s.cfg.API.Lab.Watch().Series()
	figures, at := s.cfg.API.Figures()
	view := templates.LiveView{
		Page:     s.page(r, "Live", "live"),
		Headline: liveHeadline(state, s.cfg.API.Lab.Watch().Verdict(), figures, at),
		Note:     statusNote(state),
		Window:   r.FormValue("window"),
		Strategy: state.Strategy,
		Load:     loadWords(state.Load),
		Figures:  allFigures(figures),
		Marks:    markRows(series.Marks(time.Now().Add(-time.Hour))),
		Cost:     s.costs(),
	}
	if view.Page.Instructor {
		view.Controls = controls(state)
	}
	return s.render(w, r, http.StatusOK, templates.Live(view))
}

func liveHeadline(state lab.State, v verdict.Verdict, f profiler.Figures, at time.Time) templates.Headline {
	aside := "No reading has come yet; the first comes within a second of the start."
	if !at.IsZero() {
		aside = "Read at " + clock(at) + "; live memory is exact, Sets are counted"
	}
	aside += " · " + state.Redis + " · " + state.Database
	head := func(label, note string, fig profiler.Figure) templates.HeadFigure {
		v := figure(fig, f[fig])
		return templates.HeadFigure{Label: label, Value: v.Value, Unit: v.Unit, Note: note, Column: fig.String()}
	}
	return templates.Headline{
		Aside: aside, Strip: api.Words(state, f), Tone: verdictTone(v.Word), Word: word(v.Word),
		Sentence: []templates.Span{{Text: v.Summary}}, Evidence: append(v.Evidence, v.Warnings...),
		Figures: []templates.HeadFigure{
			head("live after GC", "exact", profiler.FigFloor),
			head("allocated", "exact", profiler.FigAllocBytes),
			head("Sets built", "counted", profiler.FigSets),
		},
	}
}

// verdictTone says how a verdict looks; the page's script has the same table.
func verdictTone(w verdict.Word) string {
	switch {
	case w.Fault():
		return "fault"
	case w == verdict.Insufficient:
		return ""
	case w == verdict.Growing || w == verdict.OffHeap || w == verdict.Stale:
		return "watch"
	}
	return "sound"
}

func word(w verdict.Word) string {
	if w == verdict.Insufficient {
		return "not judged yet"
	}
	return string(w)
}

// statusNote says what is and what happens next while there is no patient, in
// the words of the page's script, which takes over.
func statusNote(s lab.State) *templates.Note {
	switch s.Status {
	case lab.Starting:
		return &templates.Note{Lead: "checker is starting.", Text: "The charts go on with its first reading."}
	case lab.BackingOff:
		return &templates.Note{
			Tone: "watch", Lead: "checker ended; starting again.",
			Text: fmt.Sprintf("Attempt %d in %d\u00a0ms. Last one: %s.", s.Attempt, max(0, time.Until(s.RetryAt).Milliseconds()), s.LastExit),
		}
	case lab.Halted:
		return &templates.Note{
			Tone: "fault", Lead: "checker stopped and is not started again.",
			Text: "Last one: " + s.LastExit + ".", Resume: true,
		}
	}
	return nil
}

func loadWords(l lab.LoadSettings) string {
	return fmt.Sprintf("%s requests/s · %s\u00a0%% by %s risky users",
		units.Count(l.RPS), strconv.FormatFloat(100*l.RiskyShare, 'g', 3, 64), units.Count(float64(l.RiskyUsers)))
}

// markRows lists what happened, newest first. What happens every 30 s is on
// the time axis and in the list of snapshots.
func markRows(marks []profiler.Mark) []templates.MarkRow {
	var rows []templates.MarkRow
	for _, m := range slices.Backward(marks) {
		if m.Reason == profiler.ReasonInterval {
			continue
		}
		if len(rows) == shownMarks {
			break
		}
		rows = append(rows, templates.MarkRow{
			ID: strconv.FormatUint(m.ID, 10), Time: clock(m.At), Kind: string(m.Kind), Text: m.Text, By: m.By, Snapshot: m.Snapshot,
		})
	}
	return rows
}

func controls(state lab.State) *templates.Controls {
	c := &templates.Controls{
		RPS:        strconv.FormatFloat(state.Load.RPS, 'f', -1, 64),
		RiskyShare: strconv.FormatFloat(100*state.Load.RiskyShare, 'g', 4, 64),
		RiskyUsers: strconv.Itoa(state.Load.RiskyUsers),
		Skipped:    units.Count(float64(state.Counts.Skipped)),
		Halted:     state.Status == lab.Halted,
	}
	if state.Status != lab.Running {
		c.Unready = "the checker is " + string(state.Status)
	}
	for _, s := range api.Strategies() {
		c.Strategies = append(c.Strategies, templates.StrategyCard{
			Name: s.Name, Summary: s.Summary, Current: s.Name == state.Strategy, Reason: s.Reason,
		})
	}
	return c
}
