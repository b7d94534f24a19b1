package target

import (
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/verdict"
)

func leakAt(function string) verdict.Verdict {
	return verdict.Verdict{Word: verdict.Leak, Summary: "A leak.", Suspects: []verdict.Suspect{
		{Function: function, Line: 7, Kind: "heap"}, {Function: "main.other", Line: 9, Kind: "heap"},
	}}
}

// What a heap graph has told stays with the verdicts of its window, and with
// none of another.
func TestAHolderBelongsToItsWindow(t *testing.T) {
	var told []verdict.Verdict
	j := newJudge(WatchConfig{Verdict: func(v verdict.Verdict) { told = append(told, v) }})
	first, _ := j.keep(leakAt("main.open"), 1)
	if first.Suspects[0].Holder != "" || len(j.wonder) != 1 {
		t.Fatalf("the holder is %q and %d questions are open, want none known and one asked", first.Suspects[0].Holder, len(j.wonder))
	}
	found := map[string]keeper{"main.open:7": {"main.sessions", "What main.open allocates is kept by the global main.sessions: 3 of them, 1 MB"}}
	j.learn(1, found)
	if len(told) != 1 || told[0].Suspects[0].Holder != "main.sessions" || !strings.HasSuffix(told[0].Summary, "kept by the global main.sessions: 3 of them, 1 MB.") {
		t.Errorf("told %+v, want the holder named", told)
	}
	<-j.wonder
	again, news := j.keep(leakAt("main.open"), 1)
	if again.Suspects[0].Holder != "main.sessions" || again.Suspects[1].Holder != "" || news || len(j.wonder) != 0 {
		t.Errorf("the next verdict is %+v, news %v, want the same holder and no question", again, news)
	}
	if strings.Count(again.Summary, "kept by") != 1 {
		t.Errorf("the summary says it %d times: %s", strings.Count(again.Summary, "kept by"), again.Summary)
	}
	next, _ := j.keep(leakAt("main.open"), 2)
	if next.Suspects[0].Holder != "" {
		t.Errorf("in another window the holder is %q already", next.Suspects[0].Holder)
	}
	j.learn(1, found) // late
	if v := j.latest; v.Suspects[0].Holder != "" {
		t.Errorf("what was found in the window before is told of this one: %+v", v.Suspects[0])
	}
}

func TestHowOftenOneIsKept(t *testing.T) {
	for _, tt := range []struct {
		requests float64
		entries  int
		want     string
	}{
		{1509, 151, ", about one for each 10 requests"},
		{1000, 980, ", about one for each request"},
		{1000, 660, ", about one for each 1.5 requests"},
		{1000, 19, ""},   // too few to say
		{1000, 3000, ""}, // more than one for each, or kept before
		{profiler.Unknown, 500, ""},
	} {
		if got := howOften(tt.requests, tt.entries); got != tt.want {
			t.Errorf("%d entries of %v requests: %q, want %q", tt.entries, tt.requests, got, tt.want)
		}
	}
}
