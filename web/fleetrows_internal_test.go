package web

import (
	"testing"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
)

// A build and the row of the process that speaks for it say the same of a slope.
func TestABuildSaysWhatItsMedianSays(t *testing.T) {
	churn, leak := verdict.Churn, verdict.Leak
	grows := &diff.Interval{Low: 1e3, Estimate: 2e3, High: 3e3}
	instances := []api.Instance{
		{ID: "calm", Verdict: &churn, Slope: grows}, // chance, by the verdict
		{ID: "leaking", Verdict: &leak, Slope: grows},
		{ID: "new"},
	}
	builds := fleetBuilds([]api.Build{{Median: "leaking"}, {Median: "calm"}, {Median: "new"}, {}}, instances)
	for i, want := range []string{"+7.20\u00a0MB/h", "steady", "", ""} {
		if got := builds[i].Slope; got != want {
			t.Errorf("build %d: the slope is %q, want %q", i, got, want)
		}
	}
	if got := fleetRow(instances[1]).Slope; got != builds[0].Slope {
		t.Errorf("the row says %q, and the build %q", got, builds[0].Slope)
	}
}
