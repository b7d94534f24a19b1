package verdict_test

import (
	"reflect"
	"testing"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

func suspect(function string, line int, low, estimate, high float64) verdict.Suspect {
	return verdict.Suspect{Function: function, File: "f.go", Line: line, Kind: "heap", BytesPerS: &diff.Interval{Low: low, Estimate: estimate, High: high}}
}

func TestCommonRanksByInstances(t *testing.T) {
	goroutine := verdict.Suspect{Function: "main.wait", File: "w.go", Line: 9, Kind: "goroutine"}
	held := suspect("main.everywhere", 12, 8, 10, 12)
	held.Holder = "the global main.log"
	instances := []verdict.Instance{
		{"a", verdict.Verdict{Word: verdict.Leak, Suspects: []verdict.Suspect{suspect("main.large", 1, 900, 1000, 1100), suspect("main.everywhere", 10, 8, 10, 12)}}},
		{"b", verdict.Verdict{Word: verdict.Growing, Suspects: []verdict.Suspect{held}}},
		{"c", verdict.Verdict{Word: verdict.Churn, Suspects: []verdict.Suspect{suspect("main.churned", 1, 5, 6, 7)}}},
		{"d", verdict.Verdict{Word: verdict.GoroutineLeak, Suspects: []verdict.Suspect{goroutine, suspect("main.noise", 1, -1, 1, 3)}}},
		{"e", verdict.Verdict{Word: verdict.Insufficient, Suspects: []verdict.Suspect{suspect("main.everywhere", 10, 8, 10, 12)}}},
		{"f", verdict.Verdict{Word: verdict.Healthy}},
	}
	want := []verdict.CommonSite{
		{Function: "main.everywhere", File: "f.go", Line: 10, Kind: "heap", Instances: []string{"a", "b"}, Judged: 5,
			BytesPerS: &diff.Interval{Low: 16, Estimate: 20, High: 24}, Holder: "the global main.log"},
		{Function: "main.large", File: "f.go", Line: 1, Kind: "heap", Instances: []string{"a"}, Judged: 5,
			BytesPerS: &diff.Interval{Low: 900, Estimate: 1000, High: 1100}},
		{Function: "main.wait", File: "w.go", Line: 9, Kind: "goroutine", Instances: []string{"d"}, Judged: 5},
	}
	got := verdict.Common(instances)
	if len(got) != len(want) {
		t.Fatalf("%d sites, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("site %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}
