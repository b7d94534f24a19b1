package api

import (
	"fmt"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
)

// A Cell is one figure of a score as a page shows it.
type Cell struct {
	Column string `json:"column"`
	Text   string `json:"text"`
	Tone   string `json:"tone"` // fault, watch, sound or none
}

// ScoreColumns are the columns of the scoreboard after the strategy's name.
var ScoreColumns = []struct{ Column, Label string }{
	{"active", "active"}, {"rps", "requests/s"}, {"bytes", "allocated per request"}, {"objects", "objects per request"},
	{"cpu", "CPU per request"}, {"gc", "GC CPU"}, {"floor", "floor"}, {"slope", "floor's slope"},
	{"latency", "p50 / p99"}, {"failed", "failed"}, {"wrong", "wrong decisions"}, {"verdict", "verdict"},
}

// ScoreCells are the figures of a score in the order of ScoreColumns.
func ScoreCells(s lab.Score) []Cell {
	wrong := units.Unknown
	if s.Wrong != nil {
		wrong = units.Count(*s.Wrong)
	}
	failed := units.Count(s.Failed)
	if s.Deaths > 0 {
		failed += fmt.Sprintf(" · died %d×", s.Deaths)
	}
	floor := units.Unknown
	if s.Floor != nil {
		floor = units.Bytes(*s.Floor)
	}
	cells := []Cell{
		{Text: units.Seconds(s.ActiveS)}, {Text: rpsWords(s.RPS)},
		{Text: estimate(s.BytesPerRequest, units.ByteEstimate)}, {Text: estimate(s.ObjectsPerRequest, units.CountEstimate)},
		{Text: estimate(s.CPUPerRequest, units.SecondsEstimate)}, {Text: percentWords(s.GCCPU)},
		{Text: floor}, {Text: slopeWords(s.Slope)}, {Text: latencyWords(s)},
		{Text: failed, Tone: faultIf(s.Failed > 0 || s.Deaths > 0)}, {Text: wrong, Tone: faultIf(s.Wrong != nil && *s.Wrong > 0)},
		{Text: verdictWord(s.Verdict), Tone: VerdictTone(s.Verdict)},
	}
	for i := range cells {
		cells[i].Column = ScoreColumns[i].Column
	}
	return cells
}

func faultIf(bad bool) string {
	if bad {
		return "fault"
	}
	return ""
}

// VerdictTone says how a verdict looks; the page's script has the same table.
func VerdictTone(w verdict.Word) string {
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

func verdictWord(w verdict.Word) string {
	if w == verdict.Insufficient {
		return "not judged yet"
	}
	return string(w)
}

func estimate(iv *diff.Interval, write func(low, estimate, high float64) string) string {
	if iv == nil {
		return units.Unknown
	}
	return write(iv.Low, iv.Estimate, iv.High)
}

func rpsWords(rps [2]float64) string {
	if rps[0] == rps[1] {
		return rate(rps[0])
	}
	return rate(rps[0]) + " to " + rate(rps[1])
}

func percentWords(iv *diff.Interval) string {
	if iv == nil {
		return units.Unknown
	}
	return units.Percent(iv.Estimate)
}

// slopeWords call what may be nothing flat.
func slopeWords(iv *diff.Interval) string {
	switch {
	case iv == nil:
		return units.Unknown
	case iv.Noise():
		return "flat"
	}
	return units.ByteEstimate(iv.Low, iv.Estimate, iv.High) + "/s"
}

func latencyWords(s lab.Score) string {
	at := func(iv *diff.Interval) string {
		if iv == nil {
			return units.Unknown
		}
		return units.Seconds(iv.Estimate)
	}
	return at(s.LatencyP50) + " / " + at(s.LatencyP99)
}

// A TrialLine is one figure of a trial: of A, of B, and how many times as much
// B takes.
type TrialLine struct {
	What  string `json:"what"`
	A     string `json:"a"`
	B     string `json:"b"`
	Times string `json:"times"` // empty where the two cannot be divided
	Tone  string `json:"tone"`  // shrank, grew, or same where the interval holds 1
}

// trialHeadline says in one sentence what a trial is about or came to.
func trialHeadline(t lab.Trial) string {
	under := fmt.Sprintf("%s against %s at %s requests/s", t.B, t.A, rate(t.Load.RPS))
	switch {
	case t.Status == lab.TrialRunning:
		return fmt.Sprintf("%s: stretch %d of 4.", under, t.Step)
	case t.Status == lab.TrialStopped:
		return fmt.Sprintf("%s: stopped, %s.", under, t.Why)
	case t.Times.BytesPerRequest == nil:
		return under + ": too few requests to compare."
	}
	b := t.Times.BytesPerRequest
	return fmt.Sprintf("%s allocates %s what %s does for each request, at %s requests/s.",
		t.B, units.TimesEstimate(b.Low, b.Estimate, b.High), t.A, rate(t.Load.RPS))
}

// trialLines lay both scores of a trial side by side.
func trialLines(t lab.Trial) []TrialLine {
	lines := []TrialLine{}
	if t.Status != lab.TrialDone {
		return lines
	}
	times := map[string]*diff.Interval{
		"bytes": t.Times.BytesPerRequest, "objects": t.Times.ObjectsPerRequest, "cpu": t.Times.CPUPerRequest, "gc": t.Times.GCCPU,
	}
	a, b := ScoreCells(*t.ScoreA), ScoreCells(*t.ScoreB)
	for i, column := range ScoreColumns {
		line := TrialLine{What: column.Label, A: a[i].Text, B: b[i].Text}
		if iv := times[column.Column]; iv != nil {
			line.Times, line.Tone = units.TimesEstimate(iv.Low, iv.Estimate, iv.High), timesTone(iv)
		}
		lines = append(lines, line)
	}
	return lines
}

func timesTone(iv *diff.Interval) string {
	switch {
	case iv.High < 1:
		return "shrank"
	case iv.Low > 1:
		return "grew"
	}
	return "same"
}
