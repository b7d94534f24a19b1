package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/target"
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
	if s.cfg.API.Fleet.Watches && len(s.cfg.API.Targets.All()) == 0 {
		http.Redirect(w, r, "/fleet", http.StatusSeeOther)
		return nil
	}
	t, err := s.cfg.API.Find(r.FormValue("target"))
	if err != nil {
		return err
	}
	life := t.Life()
	figures, at := t.Figures()
	view := templates.LiveView{
		Page:     s.page(r, t, "Live", "live"),
		Headline: liveHeadline(t),
		Note:     statusNote(t.ID, life),
		Window:   r.FormValue("window"),
		Other:    otherView(r),
		Served:   t.Lab != nil || profiler.Known(figures[profiler.FigRequests]),
		Figures:  allFigures(figures),
		Marks:    markRows(t.Watch.Series().Marks(time.Now().Add(-time.Hour))),
		Cost:     s.costs(),
	}
	fence := ""
	if t.Lab != nil {
		state := t.LabState()
		fence = state.Fence
		view.Scoreboard, view.Presented = scoreboardView(t), t.Room.Presented()
		view.Strategy, view.Load = state.Strategy, loadWords(state.Load)
		if view.Note == nil {
			view.Note = deathNote(state.Death)
		}
	}
	view.Memory = memBar(figures, at, t.Watch.FloorExact(), fence)
	if view.Page.Instructor {
		view.Controls = controls(t)
		view.Headline.Asks, view.Headline.Who = true, whoHolds(t, t.Verdict())
	}
	return s.render(w, r, http.StatusOK, templates.Live(view))
}

func liveHeadline(t *api.Target) templates.Headline {
	f, at := t.Figures()
	v := t.Verdict()
	exactness := "exact"
	if !t.Watch.FloorExact() {
		exactness = "estimate"
	}
	aside := "No reading has come yet; the first comes as soon as the process answers."
	if !at.IsZero() {
		aside = "Read at " + clock(at) + "; " + map[string]string{
			"exact":    "live memory is exact, Sets are counted",
			"estimate": "live memory is estimated from the collector's goal; a forced GC sharpens it",
		}[exactness]
	}
	head := func(label, note string, fig profiler.Figure) templates.HeadFigure {
		v := figure(fig, f[fig])
		return templates.HeadFigure{Label: label, Value: v.Value, Unit: v.Unit, Note: note, Column: fig.String()}
	}
	third := head("collections", "exact", profiler.FigGCRate)
	if t.Lab != nil {
		state := t.LabState()
		aside += " · " + state.Redis + " · " + state.Database
		third = head("Sets built", "counted", profiler.FigSets)
	} else {
		aside += " · " + t.Where
	}
	return templates.Headline{
		Aside: aside, Strip: api.Words(t, f), Tone: api.VerdictTone(v.Word), Word: word(v.Word),
		Sentence: []templates.Span{{Text: v.Summary}}, Evidence: append(v.Evidence, v.Warnings...),
		Figures: []templates.HeadFigure{
			head("live after GC", exactness, profiler.FigFloor), head("allocated", "exact", profiler.FigAllocBytes), third,
		},
	}
}

func word(w verdict.Word) string {
	if w == verdict.Insufficient {
		return "not judged yet"
	}
	return string(w)
}

// statusNote says what is and what happens next while there is no patient, in
// the words of the page's script, which takes over.
func statusNote(id string, s target.Life) *templates.Note {
	switch s.Status {
	case target.Starting:
		return &templates.Note{Lead: id + " is starting.", Text: "The charts go on with its first reading."}
	case target.BackingOff:
		return &templates.Note{
			Tone: "watch", Lead: id + " is gone; trying again.",
			Text: fmt.Sprintf("Attempt %d in %d\u00a0ms. Last one: %s.", s.Attempt, max(0, time.Until(s.RetryAt).Milliseconds()), s.LastExit),
		}
	case target.Halted:
		return &templates.Note{
			Tone: "fault", Lead: id + " stopped and is not started again.",
			Text: "Last one: " + s.LastExit + ".", Resume: true,
		}
	}
	return nil
}

// deathShown is for how long the page leads with a death.
const deathShown = 5 * time.Minute

// deathNote leads to the black box, in the words of the page's script.
func deathNote(d *lab.Death) *templates.Note {
	if d == nil || time.Since(d.At) > deathShown {
		return nil
	}
	n := &templates.Note{
		Tone: "fault", Lead: "Killed at " + clock(d.At) + ".", Text: sentence(d.Why),
	}
	if d.Verdict.Word != verdict.Insufficient {
		n.Text += " " + d.Verdict.Summary
	}
	if d.Head != "" {
		n.Go = templates.Link{Text: "What was growing", Href: "/diff?" + url.Values{"base": {d.Base}, "head": {d.Head}}.Encode()}
	}
	return n
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

// controls is what can be done to a target: all of it to a lab's patient, what
// the collector and the profiles allow to any other.
func controls(t *api.Target) *templates.Controls {
	life := t.Life()
	c := &templates.Controls{Halted: life.Status == target.Halted, Watched: t.Lab == nil}
	if life.Status != target.Running {
		c.Unready = "the process is " + string(life.Status)
	}
	if t.Lab == nil {
		return c
	}
	state := t.LabState()
	c.RPS = strconv.FormatFloat(state.Load.RPS, 'f', -1, 64)
	c.Capacity = capacityWords(state.Capacity)
	c.RiskyShare = strconv.FormatFloat(100*state.Load.RiskyShare, 'g', 4, 64)
	c.RiskyUsers = strconv.Itoa(state.Load.RiskyUsers)
	c.Updater, c.Redis, c.OwnRedis = state.Faults.Updater, state.Faults.Redis, state.OwnRedis
	for _, n := range lab.FaultNumbers() {
		if n.Name == "redis_latency_ms" && !c.OwnRedis {
			continue
		}
		digits := func(v int64) string { return strconv.FormatInt(v, 10) }
		c.Faults = append(c.Faults, templates.FaultField{
			Name: n.Name, Label: n.Label, Value: digits(*n.Of(&state.Faults)), Least: digits(n.Least), Most: digits(n.Most),
		})
	}
	c.MemoryMiB, c.GoMemMiB = strconv.FormatInt(state.Limits.MemoryLimit>>20, 10), strconv.FormatInt(state.Limits.GoMemLimit>>20, 10)
	c.Fence = state.Fence
	c.Skipped = units.Count(float64(state.Counts.Skipped))
	for _, s := range api.Strategies() {
		c.Strategies = append(c.Strategies, templates.StrategyCard{
			Name: s.Name, Summary: s.Summary, Current: s.Name == state.Strategy, Reason: s.Reason,
		})
	}
	return c
}
