package target

import (
	"testing"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

func TestALineThatLeaksIsNotForgottenWhileMemoryGrows(t *testing.T) {
	leak := verdict.Verdict{Word: verdict.Leak, Confidence: 0.9, Summary: "A leak.", Suspects: []verdict.Suspect{{Function: "main.keep"}}}
	growing := func(low float64) verdict.Verdict {
		return verdict.Verdict{Word: verdict.Growing, Growth: &diff.Interval{Low: low, Estimate: 5, High: 9}, Suspects: []verdict.Suspect{}}
	}
	other := growing(3)
	other.Suspects = []verdict.Suspect{{Function: "main.other"}}
	for _, tt := range []struct {
		name   string
		window int
		next   verdict.Verdict
		want   verdict.Word
	}{
		{"it grows and no line stands out", 1, growing(3), verdict.Leak},
		{"the floor may stand still", 1, growing(-1), verdict.Growing},
		{"another line is suspect", 1, other, verdict.Growing},
		{"it does not grow any more", 1, verdict.Verdict{Word: verdict.Churn}, verdict.Churn},
		{"something else began to run", 2, growing(3), verdict.Growing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(WatchConfig{})
			j.keep(leak, 1)
			got, news := j.keep(tt.next, tt.window)
			if got.Word != tt.want || news != (tt.want != verdict.Leak) {
				t.Errorf("the verdict is %v, news %v, want %v", got.Word, news, tt.want)
			}
			if tt.want == verdict.Leak && (firstSuspect(got) != "main.keep" || got.Growth == nil || len(got.Warnings) != 1) {
				t.Errorf("what is kept: %+v", got)
			}
		})
	}
}
