package api

import (
	"reflect"
	"testing"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
)

func TestBuildsOf(t *testing.T) {
	leak, churn := verdict.Leak, verdict.Churn
	slope := func(f float64) *diff.Interval { return &diff.Interval{Low: f, Estimate: f, High: f} }
	in := func(id, build string, v *verdict.Word, s *diff.Interval) Instance {
		return Instance{ID: id, Build: build, Verdict: v, Slope: s}
	}
	for _, tt := range []struct {
		name string
		all  []Instance
		want []Build
	}{
		{"nobody", nil, []Build{}},
		{"nothing known", []Instance{in("x", "a", nil, nil), in("y", "a", nil, nil)}, []Build{{Build: "a", Instances: 2, speaker: "x"}}},
		{"the median speaks, not the one that is stuck",
			[]Instance{in("fast", "a", &leak, slope(9e9)), in("idle", "a", &churn, slope(0)), in("mid", "a", &leak, slope(5)), in("new", "a", nil, nil)},
			[]Build{{Build: "a", Instances: 4, Faults: 2, Slope: slope(5), Median: "mid", speaker: "mid"}}},
		{"three builds, those of the most processes first, then by name",
			[]Instance{in("1", "c", nil, nil), in("2", "b", nil, slope(1)), in("3", "a", nil, nil), in("4", "a", nil, slope(2))},
			[]Build{
				{Build: "a", Instances: 2, Slope: slope(2), Median: "4", speaker: "4"},
				{Build: "b", Instances: 1, Slope: slope(1), Median: "2", speaker: "2"},
				{Build: "c", Instances: 1, speaker: "1"},
			}},
		{"one that does not tell", []Instance{in("1", "", nil, nil), in("2", "a", nil, nil)},
			[]Build{{Instances: 1, speaker: "1"}, {Build: "a", Instances: 1, speaker: "2"}}},
	} {
		if got := buildsOf(tt.all); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
