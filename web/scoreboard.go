package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

// scoreboardView is what each strategy has cost, and what came of trials.
func scoreboardView(t *api.Target) *templates.Scoreboard {
	address := func(query url.Values) string {
		query.Set("target", t.ID)
		return "/api/v1/scoreboard.csv?" + query.Encode()
	}
	view := &templates.Scoreboard{CSV: address(url.Values{})}
	for _, c := range api.ScoreColumns {
		view.Columns = append(view.Columns, templates.ScoreColumn(c))
	}
	scores, _ := t.Scores()
	for _, s := range scores {
		row := templates.ScoreRow{Strategy: s.Strategy, Current: s.Current}
		for _, c := range api.ScoreCells(s) {
			row.Cells = append(row.Cells, templates.ScoreCell{Text: c.Text, Tone: c.Tone})
		}
		view.Rows = append(view.Rows, row)
	}
	for _, s := range api.Strategies() {
		view.Choices = append(view.Choices, s.Name)
	}
	for _, trial := range slices.Backward(api.TrialsOnWire(t.Lab.Trials())) {
		if trial.Status == lab.TrialRunning {
			continue
		}
		id := strconv.Itoa(trial.ID)
		shown := templates.TrialView{ID: id, A: trial.A, B: trial.B, Headline: trial.Headline, CSV: address(url.Values{"trial": {id}})}
		for _, l := range trial.Lines {
			shown.Lines = append(shown.Lines, templates.TrialLine(l))
		}
		view.Trials = append(view.Trials, shown)
	}
	return view
}

// capacityWords say what the checker can do, in the words of the page's script.
func capacityWords(c *lab.Capacity) string {
	if c == nil {
		return "Not measured since the last change; takes about 4\u00a0s."
	}
	return fmt.Sprintf("%s decides %s a second when never idle.", c.Strategy, units.Count(c.RPS))
}
