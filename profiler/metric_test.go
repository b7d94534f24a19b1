package profiler_test

import (
	"slices"
	"testing"

	"github.com/leakline/leakline/profiler"
)

func TestEveryMetricHasANameOfItsOwn(t *testing.T) {
	for m := range profiler.NumMetrics {
		name := m.String()
		if name == "" {
			t.Errorf("metric %d has no name", m)
		}
		if got, ok := profiler.MetricByName(name); !ok || got != m {
			t.Errorf("MetricByName(%q) = %d, %v, want %d: two metrics share the name", name, got, ok, m)
		}
	}
	if m, ok := profiler.MetricByName("heap_leak"); ok {
		t.Errorf("MetricByName(heap_leak) = %v, want no metric", m)
	}
}

func TestEveryFigureHasANameOfItsOwn(t *testing.T) {
	names := profiler.FigureNames()
	if len(names) != int(profiler.NumFigures) {
		t.Fatalf("%d names, want one for each of %d figures", len(names), profiler.NumFigures)
	}
	for f := range profiler.NumFigures {
		switch i := slices.Index(names, f.String()); {
		case f.String() == "":
			t.Errorf("figure %d has no name", f)
		case i != int(f):
			t.Errorf("figures %d and %d are both named %q", i, f, f)
		}
	}
}

func TestANewReadingIsUnknownThroughout(t *testing.T) {
	r := profiler.NewReading(noon, 3)
	if !r.At.Equal(noon) || r.Generation != 3 {
		t.Errorf("reading of %v, generation %d, want %v, 3", r.At, r.Generation, noon)
	}
	for m := range profiler.NumMetrics {
		if profiler.Known(r.Get(m)) {
			t.Errorf("%v = %v, want unknown", m, r.Get(m))
		}
	}
}

func TestLifeIsTargetEpochAndGeneration(t *testing.T) {
	base := profiler.Snapshot{Target: "checker", Epoch: "a", Generation: 2}
	tests := []struct {
		name  string
		other profiler.Snapshot
		want  bool
	}{
		{"the same life, another profile", profiler.Snapshot{ID: "9", Target: "checker", Epoch: "a", Generation: 2}, true},
		{"the life after a restart", profiler.Snapshot{Target: "checker", Epoch: "a", Generation: 3}, false},
		{"the same number in another observer run", profiler.Snapshot{Target: "checker", Epoch: "b", Generation: 2}, false},
		{"another process", profiler.Snapshot{Target: "ledger", Epoch: "a", Generation: 2}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := base.SameLife(&tt.other); got != tt.want {
				t.Errorf("SameLife = %v, want %v", got, tt.want)
			}
		})
	}
}
