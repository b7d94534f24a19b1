package strategy_test

import (
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/strategy"
)

func TestCatalogIsInTeachingOrder(t *testing.T) {
	want := []string{"set-per-request", "list-scan", "redis-sismember", "local-snapshot", "audit-forever",
		"pinned-json", "unbounded-memo", "warm-cache", "stranded-lookup", "unclosed-rows"}
	got := strategy.Catalog()
	if len(got) != len(want) {
		t.Fatalf("%d strategies, want %d", len(got), len(want))
	}
	for i, spec := range got {
		if spec.Name != want[i] || spec.Summary == "" || strings.HasSuffix(spec.Summary, ".") {
			t.Errorf("strategy %d is %q (%q), want %q with a summary", i, spec.Name, spec.Summary, want[i])
		}
	}
	if _, err := strategy.Builder(strategy.Parts{})("nobody"); !errors.Is(err, checker.ErrUnknownStrategy) {
		t.Errorf("an unknown name gives %v, want ErrUnknownStrategy", err)
	}
}

// A file that was added and not embedded would be missing from the diff page.
func TestSourceHoldsEveryFile(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		if _, err := strategy.Source.ReadFile(e.Name()); err != nil {
			t.Error(err)
		}
	}
}

// The lesson shows parsing the list and filling the Set as two sites of one
// function, so a profile must tell them apart.
func TestNewRiskySetHasTwoSites(t *testing.T) {
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 1

	ids := make([]string, 500)
	for i := range ids {
		ids[i] = "user-" + strings.Repeat("x", i%20)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	w := world{list: list}
	if _, err := w.start(t, "set-per-request").Check(t.Context(), checker.Payment{UserID: "a"}); err != nil {
		t.Fatal(err)
	}
	runtime.GC() // twice: a profile is as of the cycle before the last
	runtime.GC()

	lines := make(map[int]bool)
	records := make([]runtime.MemProfileRecord, 100_000)
	n, ok := runtime.MemProfile(records, true)
	if !ok {
		t.Fatalf("the profile has %d records, more than there is room for", n)
	}
	for _, r := range records[:n] {
		if line := siteIn(r.Stack(), "strategy.newRiskySet"); line != 0 {
			lines[line] = true
		}
	}
	source, err := strategy.Source.ReadFile("riskyset.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{"json.Unmarshal(", "set[id] ="} {
		before, _, found := strings.Cut(string(source), step)
		if line := 1 + strings.Count(before, "\n"); !found || !lines[line] {
			t.Errorf("no allocation seen on line %d, %s…; newRiskySet allocates on %v", line, step, lines)
		}
	}
}

// siteIn returns the line on which function allocates, if it is the first frame
// of this package in the stack.
func siteIn(stack []uintptr, function string) int {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if strings.Contains(f.Function, "leakline/checker/strategy.") {
			if strings.HasSuffix(f.Function, function) {
				return f.Line
			}
			return 0
		}
		if !more {
			return 0
		}
	}
}
