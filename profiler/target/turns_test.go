package target

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/leakline/leakline/profiler/verdict"
)

func TestTurnsTellWhenTheVerdictBecameAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJudge(WatchConfig{})
		w := &Watch{judge: j}
		begun := time.Now()
		for i, step := range []struct {
			word   verdict.Word
			window int
		}{
			{verdict.Insufficient, 1}, {verdict.Churn, 1}, {verdict.Churn, 1}, {verdict.Leak, 1},
			{verdict.Insufficient, 2}, {verdict.Leak, 2}, // the same of something else is news
		} {
			j.keep(verdict.Verdict{Word: step.word, Summary: "as it was"}, step.window)
			if i == 0 && len(w.Turns()) != 0 {
				t.Error("knowing nothing yet is a turn")
			}
			time.Sleep(time.Second)
		}
		want := []Turn{
			{begun.Add(time.Second), verdict.Churn, "as it was"},
			{begun.Add(3 * time.Second), verdict.Leak, "as it was"},
			{begun.Add(5 * time.Second), verdict.Leak, "as it was"},
		}
		got := w.Turns()
		if len(got) != len(want) {
			t.Fatalf("%d turns, want %d: %v", len(got), len(want), got)
		}
		for i := range want {
			if !got[i].At.Equal(want[i].At) || got[i].Word != want[i].Word || got[i].Summary != want[i].Summary {
				t.Errorf("turn %d is %v, want %v", i, got[i], want[i])
			}
		}
		for i := range 2 * maxTurns {
			j.keep(verdict.Verdict{Word: []verdict.Word{verdict.Churn, verdict.Leak}[i%2]}, 3)
		}
		if n := len(w.Turns()); n != maxTurns {
			t.Errorf("%d turns are kept, want the last %d", n, maxTurns)
		}
	})
}
