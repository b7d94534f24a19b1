package target

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/heapgraph"
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

var hoard [2][][]byte // what the test below keeps

//go:noinline
func hoardOften() { hoard[0] = append(hoard[0], make([]byte, 1<<20)) }

//go:noinline
func hoardSeldom() { hoard[1] = append(hoard[1], make([]byte, 1<<20)) }

// A graph is asked for of one suspect; which others there will be nobody knows
// then, and the process need not stand still again for them.
func TestAGraphTellsTheHoldersOfLaterSuspects(t *testing.T) {
	t.Cleanup(func() { hoard = [2][][]byte{} })
	for range 10 {
		hoardOften()
		hoardOften()
		hoardSeldom()
	}
	dump, err := os.Create(filepath.Join(t.TempDir(), "dump"))
	if err != nil {
		t.Fatal(err)
	}
	defer dump.Close()
	runtime.GC()
	debug.WriteHeapDump(dump.Fd())
	if _, err := dump.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	graph, err := heapgraph.Read(dump, heapgraph.Options{SampleRate: runtime.MemProfileRate})
	if err != nil {
		t.Fatal(err)
	}
	found := keepersOf(verdict.Verdict{}, graph.Analyze(), profiler.Unknown)
	for _, function := range []string{"hoardOften", "hoardSeldom"} {
		named := false
		for key, k := range found {
			named = named || strings.Contains(key, "target."+function+":") && strings.Contains(k.sentence, function)
		}
		if !named {
			t.Errorf("nobody holds what %s allocates, of %v", function, found)
		}
	}
}
