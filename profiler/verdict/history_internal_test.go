package verdict

import (
	"testing"
	"time"

	"github.com/leakline/leakline/profiler/diff"
)

// An observer of a hundred processes has a hundred histories of one age: would
// they grow at the same looks, it would call itself a leak.
func TestAHistoryHasItsMemoryFromTheStart(t *testing.T) {
	var h History
	at := diff.Frame{Function: "main.serve", File: "main.go", Line: 7}
	began := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	look := func(i int) Look {
		return Look{At: began.Add(time.Duration(i) * time.Second), Floor: float64(i), Goroutines: []Goroutine{{ID: 1, State: "select", Place: &Place{Frame: at}}}}
	}
	capacities := func() [4]int {
		s := h.places[at]
		return [4]int{cap(h.looks), cap(h.dumps), cap(s.counts), cap(s.old)}
	}
	const looks = 5 * maxLooks
	var first [4]int
	for i := range looks {
		if err := h.Add(look(i)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = capacities()
		}
		if got := capacities(); got != first {
			t.Fatalf("after %d looks there is room for %v, want the %v of the start", i+1, got, first)
		}
		if n := len(h.looks); n > maxLooks || h.looks[0].Floor != 0 || h.looks[n-1].Floor != float64(i) || len(h.places[at].counts) != n || len(h.dumps) != n {
			t.Fatalf("after %d looks %d are kept, from %v to %v, want the first and the last among at most %d", i+1, n, h.looks[0].Floor, h.looks[n-1].Floor, maxLooks)
		}
	}
}
