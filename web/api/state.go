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
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/live"
)

// State is a target's state on the wire; null is unknown.
type State struct {
	Target             string            `json:"target"`
	Status             target.Status     `json:"status"`
	Epoch              string            `json:"epoch"`
	Generation         uint32            `json:"generation"`
	Strategy           string            `json:"strategy"`
	StrategyGeneration uint64            `json:"strategy_generation"`
	Covered            bool              `json:"covered"` // names and verdict are, by a blind lesson
	UptimeS            *float64          `json:"uptime_s"`
	Restarts           int               `json:"restarts"`
	OOMKills           int               `json:"oom_kills"`
	LastExit           string            `json:"last_exit"`
	Attempt            int               `json:"attempt"`
	BackingOffMS       *int64            `json:"backing_off_ms"`
	Load               *loadState        `json:"load"`            // null where leakline makes none
	Limits             *lab.Limits       `json:"limits"`          // null where leakline sets none
	Fence              string            `json:"fence"`           // how the memory limit is enforced, in words
	TimeToLimitS       *float64          `json:"time_to_limit_s"` // at the present slope; null while it does not rise
	Death              *jsonDeath        `json:"death"`           // the last for want of memory
	Capacity           *jsonCapacity     `json:"capacity"`        // of the checker as it is; null until measured
	Reset              *jsonReset        `json:"reset"`           // what the last reset led to; null before it is known
	Faults             *lab.Faults       `json:"faults"`          // null where leakline makes none
	Redis              string            `json:"redis"`
	Database           string            `json:"database"`
	Viewers            int               `json:"viewers"`
	Figures            map[string]Figure `json:"figures"`
	Words              string            `json:"words"`
}

type loadState struct {
	lab.LoadSettings
	lab.LoadCounts
}

// A jsonDeath is a lab.Death on the wire.
type jsonDeath struct {
	T      int64    `json:"t"`
	Why    string   `json:"why"`
	Base   string   `json:"base"`   // id of the life's first heap snapshot
	Head   string   `json:"head"`   // id of its last
	Missed []string `json:"missed"` // shares of the limit of which there is no picture

	Verdict verdict.Verdict `json:"verdict"` // of that life
}

// A jsonCapacity is a lab.Capacity on the wire.
type jsonCapacity struct {
	lab.Capacity
	T int64 `json:"t"`
}

func capacityOnWire(c *lab.Capacity) *jsonCapacity {
	if c == nil {
		return nil
	}
	return &jsonCapacity{*c, c.At.UnixMilli()}
}

// A jsonReset is a lab.ResetProof on the wire.
type jsonReset struct {
	T     int64    `json:"t"`
	Back  bool     `json:"back"`  // at what the first life needed
	First lab.Need `json:"first"` // soon after its start
	Now   lab.Need `json:"now"`
	Words string   `json:"words"`
}

func resetOnWire(p *lab.ResetProof) *jsonReset {
	if p == nil {
		return nil
	}
	return &jsonReset{p.At.UnixMilli(), p.Back, p.First, p.Now, p.Figures()}
}

func deathOnWire(d *lab.Death) *jsonDeath {
	if d == nil {
		return nil
	}
	missed := d.Missed
	if missed == nil {
		missed = []string{}
	}
	return &jsonDeath{d.At.UnixMilli(), d.Why, d.Base, d.Head, missed, d.Verdict}
}

// timeToLimit says when the process reaches its limit if its floor goes on
// rising as it does for certain. What is resident follows the heap goal.
func timeToLimit(v verdict.Verdict, f profiler.Figures) *float64 {
	floor, goal, limit := f[profiler.FigFloor], f[profiler.FigGoal], f[profiler.FigLimit]
	if v.Growth == nil || v.Growth.Low <= 0 || !profiler.Known(floor) || !profiler.Known(goal) || !profiler.Known(limit) || floor <= 0 {
		return nil
	}
	seconds := math.Round(max(0, limit-goal) / (v.Growth.Estimate * goal / floor))
	return &seconds
}

// A Figure encodes as the stream's figures do.
type Figure float64

func (f Figure) MarshalJSON() ([]byte, error) { return live.AppendFigure(nil, float64(f)), nil }

// State returns the present state of a target.
func (a *API) State(t *Target) State {
	life := t.Life()
	figures, _ := t.Figures()
	state := State{
		Target: t.ID, Status: life.Status, Epoch: a.Epoch, Generation: life.Generation,
		Restarts: life.Restarts, OOMKills: life.OOMKills, LastExit: life.LastExit, Attempt: life.Attempt,
		TimeToLimitS: timeToLimit(t.Verdict(), figures),
		Viewers:      t.Hub.Usage().Viewers, Figures: make(map[string]Figure), Words: Words(t, figures),
	}
	if t.Lab != nil {
		s := t.LabState()
		state.Covered = s.Covered()
		state.Strategy, state.StrategyGeneration = s.Strategy, s.StrategyGeneration
		state.Load = &loadState{s.Load, s.Counts}
		state.Limits, state.Fence, state.Death = &s.Limits, s.Fence, deathOnWire(s.Death)
		state.Capacity, state.Reset = capacityOnWire(s.Capacity), resetOnWire(s.Proof)
		state.Faults, state.Redis, state.Database = &s.Faults, s.Redis, s.Database
	}
	if !life.Since.IsZero() {
		up := math.Round(10*time.Since(life.Since).Seconds()) / 10
		state.UptimeS = &up
	}
	if life.Status == target.BackingOff {
		ms := max(0, time.Until(life.RetryAt).Milliseconds())
		state.BackingOffMS = &ms
	}
	for f, v := range figures {
		state.Figures[profiler.Figure(f).String()] = Figure(v)
	}
	return state
}

// StateFrame encodes a target's state for the stream.
func (a *API) StateFrame(t *Target) []byte {
	raw, err := json.Marshal(a.State(t))
	if err != nil {
		panic("encoding a state: " + err.Error()) // it is ours and always encodes
	}
	return raw
}

// Words says in one line what runs and what it does to memory.
func Words(t *Target, f profiler.Figures) string {
	var parts []string
	if t.Lab != nil {
		s := t.LabState()
		parts = []string{s.Strategy, rate(s.Load.RPS) + " req/s"}
	}
	add := func(format string, v float64, write func(float64) string) {
		if profiler.Known(v) {
			parts = append(parts, fmt.Sprintf(format, write(v)))
		}
	}
	add("%s/s allocated", f[profiler.FigAllocBytes], units.Bytes)
	add("%s Sets/min", 60*f[profiler.FigSets], units.Count)
	add("live %s", f[profiler.FigFloor], units.Bytes)
	add("%s GC/s", f[profiler.FigGCRate], rate)
	if share := f[profiler.FigGCCPU]; f[profiler.FigGoal] >= 0.75*f[profiler.FigGoMemLimit] && share >= 0.2 {
		parts = append(parts, "GOMEMLIMIT at work: collecting takes "+units.Percent(share)+" of the CPU")
	}
	return strings.Join(parts, " · ")
}

// rate writes a small rate without needless digits: "100", "0.22".
func rate(v float64) string {
	if v == math.Trunc(v) || v >= 10 {
		return units.Count(math.Round(v))
	}
	return units.Number(v)
}

func (a *API) state(t *Target, w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, a.State(t))
}

func (a *API) targets(w http.ResponseWriter, _ *http.Request) error {
	type one struct {
		ID      string        `json:"id"`
		URL     string        `json:"url"`
		Status  target.Status `json:"status"`
		Verdict *string       `json:"verdict"` // null: nothing has been judged
	}
	all := a.Targets.All()
	list := make([]one, len(all))
	for i, t := range all {
		list[i] = one{ID: t.ID, URL: t.URL(), Status: t.Life().Status}
		if v := t.Verdict(); v.Word != verdict.Insufficient {
			list[i].Verdict = (*string)(&v.Word)
		}
	}
	return answer(w, http.StatusOK, map[string][]one{"targets": list})
}
