package metrics_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/live"
	"github.com/leakline/leakline/web/metrics"
)

// source is an observer that has been in use, over a patient that is down.
func source() metrics.Source {
	targets := []metrics.Target{{
		ID: "checker",
		State: func() lab.State {
			return lab.State{
				Life:     target.Life{Status: lab.BackingOff, Generation: 3, Restarts: 2, OOMKills: 1},
				Strategy: "list-scan",
				Counts:   lab.LoadCounts{Sent: 10, Answered: 6, Errors: 4, Wrong: 1, Skipped: 5},
			}
		},
		Latest:  func() (r profiler.Reading, f profiler.Figures, ok bool) { return },
		Verdict: func() verdict.Word { return verdict.Insufficient },
	}}
	return metrics.Source{
		Targets: func() []metrics.Target { return targets },
		Frames:  func() uint64 { return 5000 },
		Stream: func() live.Usage {
			return live.Usage{Viewers: 2, MaxViewers: 2000, Frames: 3200, MaxFrames: 3200, Cut: 7}
		},
		Archive:         func() archive.Usage { return archive.Usage{Count: 4, MaxCount: 1000, Bytes: 80_000, MaxBytes: 256e6} },
		HistoryMaxBytes: func() int64 { return 9e6 },
	}
}

// register returns a registry that compares what a collector gives with what
// it said it would.
func register(t *testing.T, s metrics.Source) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(metrics.NewCollector(s)); err != nil {
		t.Fatal(err)
	}
	return registry
}

// Every metric there is while nothing is known of the patient's memory.
const withoutReadings = `
# HELP leakline_frames_kept Frames kept for viewers that come back.
# TYPE leakline_frames_kept gauge
leakline_frames_kept 3200
# HELP leakline_frames_kept_max Frames that are kept at most.
# TYPE leakline_frames_kept_max gauge
leakline_frames_kept_max 3200
# HELP leakline_frames_total Frames published to viewers.
# TYPE leakline_frames_total counter
leakline_frames_total 5000
# HELP leakline_history_max_bytes Bound of the memory that readings and marks take.
# TYPE leakline_history_max_bytes gauge
leakline_history_max_bytes 9e+06
# HELP leakline_load_answered_total Payments answered with a decision.
# TYPE leakline_load_answered_total counter
leakline_load_answered_total{target="checker"} 6
# HELP leakline_load_errors_total Payments that got no decision.
# TYPE leakline_load_errors_total counter
leakline_load_errors_total{target="checker"} 4
# HELP leakline_load_sent_total Payments sent by the load generator.
# TYPE leakline_load_sent_total counter
leakline_load_sent_total{target="checker"} 10
# HELP leakline_load_skipped_total Payments due and not sent, because too many waited.
# TYPE leakline_load_skipped_total counter
leakline_load_skipped_total{target="checker"} 5
# HELP leakline_load_wrong_total Payments answered with the wrong decision.
# TYPE leakline_load_wrong_total counter
leakline_load_wrong_total{target="checker"} 1
# HELP leakline_patient_generation Lives of the patient so far.
# TYPE leakline_patient_generation gauge
leakline_patient_generation{target="checker"} 3
# HELP leakline_patient_oom_kills_total Lives that ended for want of memory.
# TYPE leakline_patient_oom_kills_total counter
leakline_patient_oom_kills_total{target="checker"} 1
# HELP leakline_patient_restarts_total Restarts of the patient.
# TYPE leakline_patient_restarts_total counter
leakline_patient_restarts_total{target="checker"} 2
# HELP leakline_patient_status 1 for what the patient is doing, 0 for what it is not.
# TYPE leakline_patient_status gauge
leakline_patient_status{status="backing-off",target="checker"} 1
leakline_patient_status{status="draining",target="checker"} 0
leakline_patient_status{status="halted",target="checker"} 0
leakline_patient_status{status="running",target="checker"} 0
leakline_patient_status{status="starting",target="checker"} 0
# HELP leakline_patient_strategy_info The strategy that runs, or will once there is a process.
# TYPE leakline_patient_strategy_info gauge
leakline_patient_strategy_info{strategy="list-scan",target="checker"} 1
# HELP leakline_patient_verdict 1 for the verdict on the patient, 0 for what it is not.
# TYPE leakline_patient_verdict gauge
leakline_patient_verdict{target="checker",verdict="backlog"} 0
leakline_patient_verdict{target="checker",verdict="churn"} 0
leakline_patient_verdict{target="checker",verdict="goroutine-leak"} 0
leakline_patient_verdict{target="checker",verdict="growing"} 0
leakline_patient_verdict{target="checker",verdict="healthy"} 0
leakline_patient_verdict{target="checker",verdict="insufficient"} 1
leakline_patient_verdict{target="checker",verdict="leak"} 0
leakline_patient_verdict{target="checker",verdict="off-heap"} 0
leakline_patient_verdict{target="checker",verdict="stale"} 0
leakline_patient_verdict{target="checker",verdict="step"} 0
leakline_patient_verdict{target="checker",verdict="warming"} 0
# HELP leakline_snapshots Snapshots kept.
# TYPE leakline_snapshots gauge
leakline_snapshots 4
# HELP leakline_snapshots_bytes Size of the snapshots kept.
# TYPE leakline_snapshots_bytes gauge
leakline_snapshots_bytes 80000
# HELP leakline_snapshots_max Snapshots that are kept at most.
# TYPE leakline_snapshots_max gauge
leakline_snapshots_max 1000
# HELP leakline_snapshots_max_bytes Size of the snapshots that are kept at most.
# TYPE leakline_snapshots_max_bytes gauge
leakline_snapshots_max_bytes 2.56e+08
# HELP leakline_viewers Viewers connected.
# TYPE leakline_viewers gauge
leakline_viewers 2
# HELP leakline_viewers_cut_total Viewers cut because they fell behind.
# TYPE leakline_viewers_cut_total counter
leakline_viewers_cut_total 7
# HELP leakline_viewers_max Viewers that may be connected at a time.
# TYPE leakline_viewers_max gauge
leakline_viewers_max 2000
`

func TestWhatIsNotKnownIsAbsent(t *testing.T) {
	if err := testutil.GatherAndCompare(register(t, source()), strings.NewReader(withoutReadings)); err != nil {
		t.Error(err)
	}
}

func TestFiguresAreThoseOfTheScrape(t *testing.T) {
	s, r := source(), profiler.NewReading(time.Now(), 1)
	s.Targets()[0].Latest = func() (profiler.Reading, profiler.Figures, bool) { return r, profiler.Figures{}, true }
	registry := register(t, s)
	for _, floor := range []string{"2.1e+06", "0"} { // that nothing is alive is a measurement too
		v, err := strconv.ParseFloat(floor, 64)
		if err != nil {
			t.Fatal(err)
		}
		r.Set(profiler.HeapLive, v)
		want := `
# HELP leakline_patient_floor_bytes Memory alive after the last collection.
# TYPE leakline_patient_floor_bytes gauge
leakline_patient_floor_bytes{target="checker"} ` + floor + "\n"
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "leakline_patient_floor_bytes", "leakline_patient_rss_bytes"); err != nil {
			t.Error(err)
		}
	}
}

func TestNamesFollowThePractice(t *testing.T) {
	s := source()
	state := s.Targets()[0].State()
	state.Since = time.Now()
	s.Targets()[0].State = func() lab.State { return state }
	s.Targets()[0].Latest = func() (r profiler.Reading, f profiler.Figures, ok bool) { return r, f, true } // all known
	registry := register(t, s)
	problems, err := testutil.GatherAndLint(registry)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	described := make(chan *prometheus.Desc, 100)
	metrics.NewCollector(s).Describe(described)
	if len(families) != len(described) {
		t.Errorf("%d of %d metrics were looked at", len(families), len(described))
	}
}
