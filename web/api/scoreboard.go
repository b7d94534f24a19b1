package api

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/diff"
)

// A jsonScore is a lab.Score on the wire: figures for scripts, words for pages.
type jsonScore struct {
	lab.Score
	Cells []Cell `json:"cells"`
}

// A jsonTrial is a lab.Trial on the wire.
type jsonTrial struct {
	lab.Trial
	RemainingS *float64    `json:"remaining_s"` // about; null when it has ended
	Headline   string      `json:"headline"`    // one sentence
	Lines      []TrialLine `json:"lines"`       // what it came to, once it is done
}

func (a *API) scoreboard(t *Target, w http.ResponseWriter, _ *http.Request) error {
	scores, since := t.Scores()
	board := struct {
		Target string      `json:"target"`
		Since  int64       `json:"since"`
		Scores []jsonScore `json:"scores"`
		Trials []jsonTrial `json:"trials"` // oldest first
	}{t.ID, since.UnixMilli(), make([]jsonScore, len(scores)), TrialsOnWire(t.Lab.Trials())}
	for i, s := range scores {
		board.Scores[i] = jsonScore{s, ScoreCells(s)}
	}
	return answer(w, http.StatusOK, board)
}

// TrialsOnWire adds to each trial what a page says of it.
func TrialsOnWire(trials []lab.Trial) []jsonTrial {
	all := make([]jsonTrial, len(trials))
	for i, t := range trials {
		all[i] = trialOnWire(t)
	}
	return all
}

func trialOnWire(t lab.Trial) jsonTrial {
	j := jsonTrial{Trial: t, Headline: trialHeadline(t), Lines: trialLines(t)}
	if t.Status == lab.TrialRunning {
		left := max(0, time.Until(t.EndsAt).Round(time.Second).Seconds())
		j.RemainingS = &left
	}
	return j
}

func (a *API) startTrial(t *Target, w http.ResponseWriter, r *http.Request) error {
	if err := t.Uncovered(); err != nil {
		return err // what it comes to would name them
	}
	var plan lab.TrialPlan
	if err := read(w, r, &plan); err != nil {
		return err
	}
	trial, err := t.Lab.Compare(plan)
	if err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, trialOnWire(trial))
}

func (a *API) stopTrial(t *Target, w http.ResponseWriter, r *http.Request) error {
	if err := t.Lab.StopTrial(r.Context(), "by the "+by); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// scoreboardCSV sends the scoreboard, or one trial's two scores, with the ends
// of every interval; what is unknown is empty.
func (a *API) scoreboardCSV(t *Target, w http.ResponseWriter, r *http.Request) error {
	scores, _ := t.Scores()
	name := "leakline-scoreboard.csv"
	if id := r.URL.Query().Get("trial"); id != "" {
		trial, err := findTrial(t.Lab.Trials(), id)
		if err != nil {
			return err
		}
		scores = []lab.Score{*trial.ScoreA, *trial.ScoreB}
		name = fmt.Sprintf("leakline-trial-%d.csv", trial.ID)
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c := csv.NewWriter(w)
	c.Write(csvHeader)
	for i := range scores {
		c.Write(csvRow(&scores[i]))
	}
	c.Flush()
	return nil
}

func findTrial(trials []lab.Trial, id string) (*lab.Trial, error) {
	for i := range trials {
		if strconv.Itoa(trials[i].ID) != id {
			continue
		}
		if trials[i].Status != lab.TrialDone {
			return nil, Refuse(http.StatusConflict, "trial %s is %s: it has come to nothing", id, trials[i].Status)
		}
		return &trials[i], nil
	}
	return nil, Refuse(http.StatusNotFound, "trial %q: there is no such trial", id)
}

var csvHeader = []string{
	"strategy", "active_s", "rps_least", "rps_most", "requests",
	"bytes_per_request", "bytes_per_request_low", "bytes_per_request_high",
	"objects_per_request", "objects_per_request_low", "objects_per_request_high",
	"cpu_s_per_request", "cpu_s_per_request_low", "cpu_s_per_request_high",
	"gc_cpu", "gc_cpu_low", "gc_cpu_high",
	"floor_bytes", "floor_bytes_per_s", "floor_bytes_per_s_low", "floor_bytes_per_s_high",
	"latency_p50_s", "latency_p50_s_low", "latency_p50_s_high", "latency_p99_s", "latency_p99_s_low", "latency_p99_s_high",
	"failed", "wrong", "skipped", "deaths", "verdict",
}

func csvRow(s *lab.Score) []string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 9, 64) }
	maybe := func(v *float64) string {
		if v == nil {
			return ""
		}
		return number(*v)
	}
	row := []string{s.Strategy, number(s.ActiveS), number(s.RPS[0]), number(s.RPS[1]), number(s.Requests)}
	spread := func(intervals ...*diff.Interval) {
		for _, iv := range intervals {
			if iv == nil {
				row = append(row, "", "", "")
				continue
			}
			row = append(row, number(iv.Estimate), number(iv.Low), number(iv.High))
		}
	}
	spread(s.BytesPerRequest, s.ObjectsPerRequest, s.CPUPerRequest, s.GCCPU)
	row = append(row, maybe(s.Floor))
	spread(s.Slope, s.LatencyP50, s.LatencyP99)
	return append(row, number(s.Failed), maybe(s.Wrong), number(s.Skipped), strconv.Itoa(s.Deaths), string(s.Verdict))
}
