package api

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/live"
)

// State is a target's state on the wire; null is unknown.
type State struct {
	Target             string                `json:"target"`
	Status             lab.Status            `json:"status"`
	Epoch              string                `json:"epoch"`
	Generation         uint32                `json:"generation"`
	Strategy           string                `json:"strategy"`
	StrategyGeneration uint64                `json:"strategy_generation"`
	UptimeS            *float64              `json:"uptime_s"`
	Restarts           int                   `json:"restarts"`
	OOMKills           int                   `json:"oom_kills"`
	LastExit           string                `json:"last_exit"`
	Attempt            int                   `json:"attempt"`
	BackingOffMS       *int64                `json:"backing_off_ms"`
	Load               loadState             `json:"load"`
	Updater            string                `json:"updater"`
	Redis              string                `json:"redis"`
	Database           string                `json:"database"`
	Viewers            int                   `json:"viewers"`
	Figures            map[string]jsonFigure `json:"figures"`
	Words              string                `json:"words"`
}

type loadState struct {
	lab.LoadSettings
	lab.LoadCounts
}

// A jsonFigure encodes as the stream's figures do.
type jsonFigure float64

func (f jsonFigure) MarshalJSON() ([]byte, error) { return live.AppendFigure(nil, float64(f)), nil }

// State returns the present state of the lab's patient.
func (a *API) State() State {
	s := a.Lab.State()
	_, figures, _ := a.latest()
	state := State{
		Target: lab.TargetID, Status: s.Status, Epoch: a.Epoch, Generation: s.Generation,
		Strategy: s.Strategy, StrategyGeneration: s.StrategyGeneration,
		Restarts: s.Restarts, OOMKills: s.OOMKills, LastExit: s.LastExit, Attempt: s.Attempt,
		Load: loadState{s.Load, s.Counts}, Updater: s.Updater, Redis: s.Redis, Database: s.Database,
		Viewers: a.Hub.Usage().Viewers, Figures: make(map[string]jsonFigure), Words: Words(s, figures),
	}
	if !s.Since.IsZero() {
		up := math.Round(10*time.Since(s.Since).Seconds()) / 10
		state.UptimeS = &up
	}
	if s.Status == lab.BackingOff {
		ms := max(0, time.Until(s.RetryAt).Milliseconds())
		state.BackingOffMS = &ms
	}
	for f, v := range figures {
		state.Figures[profiler.Figure(f).String()] = jsonFigure(v)
	}
	return state
}

// StateFrame encodes the state for the stream.
func (a *API) StateFrame() []byte {
	raw, err := json.Marshal(a.State())
	if err != nil {
		panic("encoding a state: " + err.Error()) // it is ours and always encodes
	}
	return raw
}

// latest returns the newest figures; without a reading everything is unknown.
func (a *API) latest() (profiler.Reading, profiler.Figures, bool) {
	r, f, ok := a.Lab.Watch().Series().Latest()
	if !ok {
		for i := range f {
			f[i] = profiler.Unknown
		}
	}
	return r, f, ok
}

// Figures returns the newest figures and when they were read, a zero time when
// nothing has been.
func (a *API) Figures() (profiler.Figures, time.Time) {
	r, f, _ := a.latest()
	return f, r.At
}

// known reports whether the process itself, not the load alone, gave figures.
func known(f profiler.Figures) bool { return profiler.Known(f[profiler.FigInUse]) }

// Words says in one line what runs and what it does to memory.
func Words(s lab.State, f profiler.Figures) string {
	parts := []string{s.Strategy, rate(s.Load.RPS) + " req/s"}
	add := func(format string, v float64, write func(float64) string) {
		if profiler.Known(v) {
			parts = append(parts, fmt.Sprintf(format, write(v)))
		}
	}
	add("%s/s allocated", f[profiler.FigAllocBytes], units.Bytes)
	add("%s Sets/min", 60*f[profiler.FigSets], units.Count)
	add("live %s", f[profiler.FigFloor], units.Bytes)
	add("%s GC/s", f[profiler.FigGCRate], rate)
	return strings.Join(parts, " · ")
}

// rate writes a small rate without needless digits: "100", "0.22".
func rate(v float64) string {
	if v == math.Trunc(v) || v >= 10 {
		return units.Count(math.Round(v))
	}
	return units.Number(v)
}

func (a *API) state(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, a.State())
}

func (a *API) targets(w http.ResponseWriter, _ *http.Request) error {
	type one struct {
		ID      string     `json:"id"`
		URL     string     `json:"url"`
		Status  lab.Status `json:"status"`
		Verdict *string    `json:"verdict"` // null: nothing has been judged
	}
	t := one{ID: lab.TargetID, Status: a.Lab.State().Status}
	if v := a.Lab.Watch().Verdict(); v.Word != verdict.Insufficient {
		t.Verdict = (*string)(&v.Word)
	}
	if present, err := a.Lab.Watch().Target(); err == nil {
		t.URL = present.URL()
	}
	return answer(w, http.StatusOK, map[string][]one{"targets": {t}})
}
