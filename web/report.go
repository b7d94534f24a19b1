package web

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

const (
	maxEmbedded   = 4 << 20 // bytes of a profile inside a report
	reportMarks   = 200
	reportTurns   = 50
	reportSites   = 20
	reportHistory = "1h" // how far back a report reaches unless somebody says otherwise
	finestSpan    = 5 * time.Minute
)

// A reporter makes the part of a report that is the same for everybody.
type reporter struct {
	s    *Server
	t    *api.Target
	span time.Duration
	now  time.Time
}

func (r *reporter) view(ctx context.Context) (*templates.ReportView, error) {
	state, v := r.s.cfg.API.State(r.t), r.t.Verdict()
	from := r.now.Add(-r.span)
	view := &templates.ReportView{
		Style:  r.s.assets.sheet("tokens", "report"),
		Title:  r.t.ID + ", " + r.now.Format("2 January 2006, 15:04"),
		Taken:  fmt.Sprintf("Taken at %s. Charts reach back %s at most, times are %s.", r.now.Format("15:04:05"), units.Duration(r.span), r.now.Format("MST (UTC-07:00)")),
		Facts:  r.facts(&state),
		MadeBy: "Made by " + ourVersion() + ".",
		Turns:  r.turns(from),
		NoDiff: "Two profiles of what runs are needed, and there are not two yet: one is taken every 30 s.",
	}
	view.Headline = liveHeadline(r.t)
	if err := r.t.Uncovered(); err != nil {
		view.Withheld = sentence(err.Error())
	}
	view.Headline.Aside = ""
	if v.Confidence > 0 {
		view.Headline.Aside = fmt.Sprintf("certain to %s, over %s", units.Percent(v.Confidence), units.Seconds(v.WindowS))
	}
	if v.Growth != nil {
		view.Interval = "Live memory changes by " + units.ByteEstimate(v.Growth.Low, v.Growth.Estimate, v.Growth.High) + " a second (95 % interval)."
	}
	for i := range v.Suspects {
		view.Suspects = append(view.Suspects, reportSuspect(&v.Suspects[i]))
	}
	series := r.t.Watch.Series()
	window, marks := series.Window(r.now, r.span), series.Marks(from)
	if len(window.At) > 0 && r.now.Sub(window.At[0]) < finestSpan {
		window = series.Window(r.now, finestSpan) // which is all there is, in full
	}
	reportCharts(view, &window, marks, r.t.Spans(from), from, r.now)
	view.Marks, view.MarksLeft = r.marks(marks)
	if r.t.Lab != nil {
		view.Scoreboard = scoreboardView(r.t)
	}
	return view, r.compare(ctx, view)
}

func reportSuspect(s *verdict.Suspect) templates.ReportSuspect {
	v := templates.ReportSuspect{
		Function: s.Function, Place: fmt.Sprintf("%s:%d", diff.ShortFile(s.File), s.Line), Kind: s.Kind, Holder: s.Holder,
	}
	if iv := s.BytesPerS; iv != nil {
		v.Rate = units.ByteEstimate(iv.Low, iv.Estimate, iv.High)
	}
	if s.BytesPerRequest != nil {
		v.PerRequest = units.Bytes(*s.BytesPerRequest)
	}
	if s.Share != nil {
		v.Share = units.Percent(*s.Share)
	}
	return v
}

// turns lists what the verdict was, oldest first.
func (r *reporter) turns(from time.Time) []templates.ReportTurn {
	all := r.t.Turns()
	all = slices.DeleteFunc(all, func(t target.Turn) bool { return t.At.Before(from) })
	var rows []templates.ReportTurn
	for _, t := range all[max(0, len(all)-reportTurns):] {
		rows = append(rows, templates.ReportTurn{Time: clock(t.At), Word: word(t.Word), Tone: api.VerdictTone(t.Word), Text: t.Summary})
	}
	return rows
}

// marks lists what happened, oldest first, without what happens every 30 s, and
// says what had to be left out.
func (r *reporter) marks(marks []profiler.Mark) (rows []templates.ReportMark, left string) {
	for i, m := range marks {
		if m.Reason != profiler.ReasonInterval {
			rows = append(rows, templates.ReportMark{
				Number: strconv.Itoa(numberOf(marks, i)), Time: clock(m.At), Kind: string(m.Kind), Text: m.Text, By: m.By,
			})
		}
	}
	if n := len(rows) - reportMarks; n > 0 {
		return rows[n:], fmt.Sprintf("The %s before are not listed.", units.Count(float64(n)))
	}
	return rows, ""
}

// facts say what ran, with which limits and versions.
func (r *reporter) facts(state *api.State) []templates.ReportFact {
	var all []templates.ReportFact
	add := func(name, value string) {
		if value != "" {
			all = append(all, templates.ReportFact{Name: name, Value: value})
		}
	}
	process := r.t.Watch.Process()
	add("target", r.t.ID)
	_, where, _ := strings.Cut(r.t.Where, "://")
	add("at", where)
	add("process", fmt.Sprintf("%s, generation %d, %d restarts, killed for memory %d times", state.Status, state.Generation, state.Restarts, state.OOMKills))
	add("last end", state.LastExit)
	add("strategy", state.Strategy)
	if state.Load != nil {
		add("load", loadWords(state.Load.LoadSettings))
		add("answered", units.Count(float64(state.Load.Answered))+", "+units.Count(float64(state.Load.Errors))+" failed")
	}
	if state.Limits != nil {
		add("memory limit", limitWords(state.Limits.MemoryLimit)+", by "+cmp.Or(state.Fence, "nothing"))
		add("GOMEMLIMIT", limitWords(state.Limits.GoMemLimit))
		add("CPUs", strconv.Itoa(state.Limits.CheckerCPUs))
	}
	add("Redis", state.Redis)
	add("database", state.Database)
	if state.Faults != nil && r.t.Uncovered() == nil {
		add("faults", faultWords(state.Faults))
	}
	if process.GoVersion != "" {
		add("program", strings.TrimSpace(process.Build+" "+process.GoVersion))
		add("runtime", fmt.Sprintf("GOMAXPROCS %d, GOGC %d", process.GOMAXPROCS, process.GOGC))
		add("one sample per", samplingRate(process.MemProfileRate)+" of allocation, on average")
	}
	return all
}

func limitWords(bytes int64) string {
	if bytes == 0 {
		return "none"
	}
	f := limitFigure(float64(bytes))
	return f.Value + "\u00a0" + f.Unit
}

func faultWords(f *lab.Faults) string {
	words := []string{"Redis " + f.Redis, "updater " + f.Updater}
	for _, n := range lab.FaultNumbers() {
		words = append(words, n.Label+": "+strconv.FormatInt(*n.Of(f), 10))
	}
	return strings.Join(words, "; ")
}

// ourVersion names the program that makes the report.
func ourVersion() string {
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	return fmt.Sprintf("leakline %s, %s %s/%s", cmp.Or(version, "(devel)"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
