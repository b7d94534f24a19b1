package heapgraph

import (
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler/diff"
)

func TestHoldersReadAsSentences(t *testing.T) {
	sites := []SiteShare{{Function: "main.newRiskySet", Line: 27}}
	tests := []struct {
		name string
		h    Holder
		want string
	}{
		{"a global with entries",
			Holder{Root: Root{Kind: Global, Name: "example.com/shop/strategy.auditLog"}, Sites: sites, Entries: 412, Container: Step{RetainedBytes: 81e6}},
			"What main.newRiskySet allocates is kept by the global strategy.auditLog: 412 of them, 81.0 MB"},
		{"goroutines that wait alike",
			Holder{Root: Root{Kind: Goroutine, Name: "main.lookUp (chan send)", Goroutines: 1200}, Sites: sites, Entries: 1200, Container: Step{RetainedBytes: 4e6}},
			"What main.newRiskySet allocates is kept by 1 200 goroutines in main.lookUp (chan send): 4.00 MB"},
		{"one goroutine",
			Holder{Root: Root{Kind: Goroutine, Name: "main.hold (select)", Goroutines: 1}, Container: Step{RetainedBytes: 4e6},
				Sites: []SiteShare{{Function: "runtime.malg"}}},
			"Memory is kept by a goroutine in main.hold (select): 4.00 MB"},
		{"a finalizer",
			Holder{Root: Root{Kind: Finalizer, Name: "finalizer main.(*conn).close"}, Sites: sites, SampledBytes: diff.Interval{Estimate: 2e6}},
			"What main.newRiskySet allocates is kept by the finalizer main.(*conn).close: 2.00 MB"},
		{"nothing that is known",
			Holder{Root: Root{Kind: Unlisted}, Sites: sites, Entries: 9, Container: Step{RetainedBytes: 1e6}},
			"What main.newRiskySet allocates has no known holder: 1.00 MB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(tt.h.Sentence()); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestWhatARootKeepsReadsAsASentence(t *testing.T) {
	for _, tt := range []struct {
		h    Holder
		want string
	}{
		{Holder{Root: Root{Kind: Global, Name: "example.com/shop/strategy.auditLog"}, Entries: 412, RetainedBytes: 81e6},
			"The global strategy.auditLog keeps 81.0 MB alive: 412 entries"},
		{Holder{Root: Root{Kind: Goroutine, Name: "main.lookUp (chan send)", Goroutines: 1200}, Entries: 1200, RetainedBytes: 1e6, SharedBytes: 1e6},
			"1 200 goroutines in main.lookUp (chan send) keep 2.00 MB alive"},
		{Holder{Root: Root{Kind: Goroutine, Name: "main.hold (select)", Goroutines: 1}, RetainedBytes: 4e6},
			"A goroutine in main.hold (select) keeps 4.00 MB alive"},
		{Holder{Root: Root{Kind: Finalizer, Name: "finalizer main.(*conn).close"}, RetainedBytes: 2e6},
			"The finalizer main.(*conn).close keeps 2.00 MB alive"},
		{Holder{Root: Root{Kind: Unlisted}, RetainedBytes: 1e6}, "1.00 MB are alive for no reason that a dump lists"},
	} {
		if got := strings.ReplaceAll(tt.h.Claim(), "\u00a0", " "); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
