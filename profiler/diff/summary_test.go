package diff

import (
	"strings"
	"testing"
	"time"
)

// plain makes expectations readable: ordinary spaces and hyphens stand for the
// typographic ones.
func plain(s string) string { return strings.NewReplacer("\u00a0", " ", "\u2212", "-").Replace(s) }

func TestSummary(t *testing.T) {
	base, head := lesson(t)
	steady := heapOf(t, rate64, noon, allocation{listLine, 1024, 2000, 20})
	churned := heapOf(t, rate64, noon.Add(time.Minute), allocation{listLine, 1024, 18_000, 22})
	exactly := heapOf(t, 1, noon, allocation{listLine, 1024, 50, 5})
	requests, none := 575.0, int64(0)
	two := false
	const lookup = "runtime.gopark p.go:1 < main.lookup /app/lookup.go:44"
	few := goroutinesOf(t, noon, map[string]int64{lookup: 4})
	many := goroutinesOf(t, noon, map[string]int64{lookup: 6004})
	one := goroutinesOf(t, noon, map[string]int64{lookup: 3})

	tests := []struct {
		name string
		r    *Report
		want string
	}{
		{"a leak", compare(t, base, head, Options{}),
			"checker.newRiskySet holds 111 ± 5 MB more at audit.go:48, 99.9 % of all growth, and kept 99.4 % of what it allocated. Allocated here; the holder may be elsewhere."},
		{"the fix", compare(t, head, base, Options{}),
			"checker.newRiskySet holds 111 ± 5 MB less at audit.go:48."},
		{"churn, alive", compare(t, steady, churned, Options{Requests: &requests}),
			"No site changed beyond the sampling noise: live memory moved by -0.70 to 1.03 MB in all. checker.parseList allocated 1.84 ± 0.03 MB per request at source.go:77 and kept none of it."},
		{"churn, allocated", compare(t, steady, churned, Options{Sample: AllocSpace, Requests: &requests}),
			"checker.parseList allocated 1.84 ± 0.03 MB per request at source.go:77 and kept none of it."},
		{"churn without a count of requests", compare(t, steady, churned, Options{Sample: AllocSpace}),
			"checker.parseList allocated 17.6 ± 0.3 MB per second at source.go:77 and kept none of it."},
		{"churn, more in one process than in another", compare(t, steady, churned, Options{Sample: AllocSpace, SameProcess: &two}),
			"checker.parseList allocated 1.06 ± 0.02 GB more at source.go:77, 100 % of all growth."},
		{"churn, in one process more than in another", compare(t, steady, churned, Options{SameProcess: &two}),
			"No site changed beyond the sampling noise: live memory moved by -0.70 to 1.03 MB in all. checker.parseList allocated 1.06 ± 0.02 GB more at source.go:77."},
		{"allocated, backwards", compare(t, churned, steady, Options{Sample: AllocSpace}),
			"Base was taken after head: swap them to read what was allocated in between."},
		{"nothing, sampled", compare(t, steady, steady, Options{}),
			"No site changed beyond the sampling noise: live memory moved by -240 to 240 kB in all."},
		{"nothing, exactly", compare(t, exactly, exactly, Options{}), "Nothing changed: live memory is the same."},
		{"nothing allocated", compare(t, steady, steady, Options{Sample: AllocSpace}), "Nothing was allocated beyond the sampling noise."},
		{"no GC", compare(t, steady, churned, Options{GCCycles: &none}),
			"Too old to judge: no GC ended between base and head. Force one, or take the next snapshot later."},
		{"goroutines", compare(t, few, many, Options{}), "6 000 more goroutines stand at lookup.go:44, in main.lookup, 100 % of all growth."},
		{"one goroutine", compare(t, few, one, Options{}), "1 fewer goroutine stands at lookup.go:44, in main.lookup."},
		{"the same goroutines", compare(t, few, few, Options{}), "Nothing changed: the same goroutines stand at the same lines."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plain(tt.r.Summary); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
