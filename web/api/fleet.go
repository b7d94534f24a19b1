package api

import (
	"net/http"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/discovery"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
)

// A Fleet is how the targets are found. Its zero value is of none.
type Fleet struct {
	Watches bool            // processes come and go; all three are set before anybody asks
	Shard   discovery.Shard // of what is found that is watched here
	Late    func() uint64   // looks that outlasted their turn; nil where there are no turns

	mu      sync.Mutex
	sources []discovery.State
	looked  bool // at all of them
	over    int  // found beyond those that are watched
}

// Looked takes in how the sources did last, and whether these are all.
func (f *Fleet) Looked(sources []discovery.State, all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sources, f.looked = sources, all
}

// searched reports whether services have been looked for everywhere.
func (f *Fleet) searched() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.looked
}

// SetOver says how many were found beyond those that are watched.
func (f *Fleet) SetOver(over int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.over = over
}

// Sources says how the sources do, and how many processes were found beyond
// those that are watched.
func (f *Fleet) Sources() (sources []discovery.State, over int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sources, f.over
}

const (
	sparkSpan   = 15 * time.Minute // at most, and at least a minute
	sparkPieces = 60
)

// A FleetAnswer is all that is known of many processes at once.
type FleetAnswer struct {
	Instances []Instance           `json:"instances"`
	Sites     []verdict.CommonSite `json:"sites"`  // that grow, those of the most instances first
	Builds    []Build              `json:"builds"` // that run, those of the most instances first
	Sources   []jsonSource         `json:"sources"`
	Shard     string               `json:"shard"` // "2/10": the share of what is found that is watched here; empty for all
	Over      int                  `json:"over"`  // of this share, found and not watched, because there are too many
}

// An Instance is one process of many.
type Instance struct {
	ID         string            `json:"id"`
	URL        string            `json:"url"`
	Labels     map[string]string `json:"labels"`
	Status     target.Status     `json:"status"`
	Verdict    *verdict.Word     `json:"verdict"` // null: nothing has been judged
	Summary    string            `json:"summary"`
	Slope      *diff.Interval    `json:"floor_bytes_per_s"` // null while unknown
	Floor      Figure            `json:"floor_bytes"`
	FloorExact bool              `json:"floor_exact"`
	PerRequest Figure            `json:"alloc_bytes_per_request"`
	Restarts   int               `json:"restarts"`
	OOMKills   int               `json:"oom_kills"`
	UptimeS    *float64          `json:"uptime_s"`
	Build      string            `json:"build"`         // main module and version; empty where it does not tell
	GoVersion  string            `json:"go_version"`    // as well
	Spark      []Figure          `json:"floor_spark"`   // this life, 15 minutes at most, in 60 pieces, oldest first
	SparkS     float64           `json:"floor_spark_s"` // that it spans
	LookMS     *float64          `json:"look_ms"`       // it was busy with the last look, at most
	LookEveryS *float64          `json:"look_every_s"`
	GoneT      *int64            `json:"gone_t"`          // when no source listed it any more, Unix ms; null while one does
	Withheld   bool              `json:"secret_withheld"` // there is one for services, and its host is not among --auth-hosts
}

type jsonSource struct {
	Name     string  `json:"name"`
	Services int     `json:"services"`
	Error    *string `json:"error"` // null while it can be asked
	T        int64   `json:"t"`     // of the last look, Unix ms
}

// FleetNow says how all targets are.
func (a *API) FleetNow(now time.Time) FleetAnswer {
	all := a.Targets.All()
	f := FleetAnswer{Instances: make([]Instance, len(all)), Sources: []jsonSource{}}
	judged := make([]verdict.Instance, len(all))
	for i, t := range all {
		v := t.Verdict()
		f.Instances[i] = instanceOf(t, v, now)
		judged[i] = verdict.Instance{ID: t.ID, Verdict: v}
	}
	f.Sites, f.Builds = verdict.Common(judged), buildsOf(f.Instances)
	sources, over := a.Fleet.Sources()
	f.Shard, f.Over = a.Fleet.Shard.String(), over
	for _, s := range sources {
		wire := jsonSource{Name: s.Name, Services: s.Services, T: s.At.UnixMilli()}
		if s.Err != nil {
			text := s.Err.Error()
			wire.Error = &text
		}
		f.Sources = append(f.Sources, wire)
	}
	return f
}

func instanceOf(t *Target, v verdict.Verdict, now time.Time) Instance {
	life, process := t.Life(), t.Watch.Process()
	figures, _ := t.Figures()
	in := Instance{
		ID: t.ID, URL: t.URL(), Labels: t.Labels(), Status: life.Status, Summary: v.Summary, Slope: v.Growth,
		Floor: Figure(figures[profiler.FigFloor]), FloorExact: t.Watch.FloorExact(),
		PerRequest: Figure(figures[profiler.FigAllocPerRequest]),
		Restarts:   life.Restarts, OOMKills: life.OOMKills, Build: process.Build, GoVersion: process.GoVersion, Withheld: t.Withheld,
	}
	if since, gone := t.Gone(); gone {
		ms := since.UnixMilli()
		in.GoneT = &ms
	}
	if in.Labels == nil {
		in.Labels = map[string]string{}
	}
	if v.Word != verdict.Insufficient {
		in.Verdict = &v.Word
	}
	if life.Up() && !life.Since.IsZero() {
		up := now.Sub(life.Since).Round(time.Second).Seconds()
		in.UptimeS = &up
	}
	span := sparkSpan
	if !life.Since.IsZero() {
		span = min(sparkSpan, max(time.Minute, now.Sub(life.Since)))
	}
	in.SparkS = span.Round(time.Second).Seconds()
	for _, value := range t.Watch.Series().Spark(profiler.HeapLive, now, span, sparkPieces) {
		in.Spark = append(in.Spark, Figure(value))
	}
	if t.Cost != nil {
		if c := t.Cost(); c.Every > 0 {
			ms, every := c.Look.Seconds()*1e3, c.Every.Seconds()
			in.LookMS, in.LookEveryS = &ms, &every
		}
	}
	return in
}

func (a *API) fleet(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, http.StatusOK, a.FleetNow(time.Now()))
}
