package strategy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
)

// alive is what is alive after a collection, in bytes.
func alive() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// keeps runs n checks and returns what each of them keeps alive, in bytes.
func keeps(t *testing.T, s checker.Strategy, n int, payment func(i int) checker.Payment) float64 {
	t.Helper()
	before := alive()
	for i := range n {
		if _, err := s.Check(t.Context(), payment(i)); err != nil {
			t.Fatal(err)
		}
	}
	kept := (alive() - before) / float64(n)
	runtime.KeepAlive(s)
	return kept
}

func longList(t *testing.T, n int) (ids []string, list []byte) {
	t.Helper()
	for i := range n {
		ids = append(ids, fmt.Sprintf("u%07d", i))
	}
	list, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	return ids, list
}

func user(i int) checker.Payment {
	return checker.Payment{ID: fmt.Sprint("p", i), UserID: fmt.Sprintf("u%07d", i), AmountCents: int64(i), Currency: "EUR"}
}

// A few bytes of a name keep the document they were cut from.
func TestPinnedJSONKeepsADocumentForEachRiskyUser(t *testing.T) {
	_, list := longList(t, 5000)
	w := world{list: list}
	s := w.start(t, "pinned-json")
	kept := keeps(t, s, 100, user)
	if kept < 0.9*float64(len(list)) {
		t.Errorf("each of 100 risky users keeps %.0f bytes, want the document of %d", kept, len(list))
	}
	innocent := func(i int) checker.Payment { return checker.Payment{UserID: fmt.Sprint("nobody", i)} }
	if kept := keeps(t, s, 100, innocent); kept > 1000 {
		t.Errorf("each of 100 innocent users keeps %.0f bytes, want next to none", kept)
	}
	if again := keeps(t, s, 100, user); again > 1000 {
		t.Errorf("the same users once more keep %.0f bytes each, want next to none", again)
	}
}

func TestPinnedJSONDecidesRight(t *testing.T) {
	for _, tt := range []struct {
		name  string
		world world
		user  string
		risky bool
	}{
		{"a risky user", world{list: []byte(`["a","b"]`)}, "b", true},
		{"an innocent user", world{list: []byte(`["a","bc"]`)}, "b", false},
		{"a name with a quote in it", world{list: []byte(`["a","say \"b\""]`)}, `say "b"`, true},
		{"a list that is no JSON asks SQL", world{list: []byte(`[`), risky: []string{"b"}}, "b", true},
		{"no list asks SQL", world{risky: []string{"b"}}, "b", true},
		{"Redis down asks SQL", world{cacheErr: errDown, risky: []string{"b"}}, "c", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			risky, err := tt.world.start(t, "pinned-json").Check(t.Context(), checker.Payment{UserID: tt.user})
			if err != nil || risky != tt.risky {
				t.Errorf("risky: %v, %v, want %v", risky, err, tt.risky)
			}
		})
	}
}

func TestUnboundedMemoKeepsEveryAnswer(t *testing.T) {
	w := world{sentinel: true, set: []string{"u0000001", checker.Sentinel}}
	kept := keeps(t, w.start(t, "unbounded-memo"), 5000, user)
	if kept < 4000 || kept > 6000 {
		t.Errorf("each answer keeps %.0f bytes, want its page of 4 KiB and the reason", kept)
	}
}

// It is like the one before in all but the bound, and innocent.
func TestWarmCacheStopsGrowing(t *testing.T) {
	w := world{sentinel: true, set: []string{"u0000001", checker.Sentinel}}
	s := w.start(t, "warm-cache")
	if kept := keeps(t, s, 250, user); kept < 4000 {
		t.Errorf("each of the first answers keeps %.0f bytes, want the cache to grow", kept)
	}
	if kept := keeps(t, s, 20_000, func(i int) checker.Payment { return user(1000 + i) }); kept > 50 {
		t.Errorf("each answer of a full cache keeps %.0f bytes, want none", kept)
	}
}

// What is remembered is not believed for long: the list changes.
func TestMemoriesLearnOfChanges(t *testing.T) {
	for _, name := range []string{"unbounded-memo", "warm-cache"} {
		t.Run(name, func(t *testing.T) {
			w := world{sentinel: true, set: []string{"u0000001", checker.Sentinel}}
			s := w.start(t, name)
			check := func(want bool) {
				t.Helper()
				if risky, err := s.Check(t.Context(), user(2)); err != nil || risky != want {
					t.Errorf("risky: %v, %v, want %v", risky, err, want)
				}
			}
			check(false)
			w.set = append(w.set, "u0000002")
			check(false) // as it was a moment ago
			time.Sleep(1100 * time.Millisecond)
			check(true)
			w.memberErr, w.sqlErr = errDown, errDown
			check(true) // still fresh
			time.Sleep(1100 * time.Millisecond)
			if _, err := s.Check(t.Context(), user(2)); !errors.Is(err, checker.ErrUnavailable) {
				t.Errorf("%v, want it unavailable rather than an old answer", err)
			}
		})
	}
}

func TestStrandedLookupLeavesAGoroutineBehind(t *testing.T) {
	w := &world{sentinel: true, set: []string{"a", checker.Sentinel}, risky: []string{"a"}}
	s := w.start(t, "stranded-lookup")
	for _, tt := range []struct {
		user  string
		risky bool
	}{{"a", true}, {"b", false}} {
		if risky, err := s.Check(t.Context(), checker.Payment{UserID: tt.user}); err != nil || risky != tt.risky {
			t.Errorf("%s is risky: %v, %v, want %v", tt.user, risky, err, tt.risky)
		}
	}
	stranded := func() int {
		buf := make([]byte, 1<<20)
		return strings.Count(string(buf[:runtime.Stack(buf, true)]), "(*strandedLookup).Check.func")
	}
	for deadline := time.Now().Add(10 * time.Second); stranded() < 2 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := stranded(); n < 2 {
		t.Errorf("%d goroutines are left behind by two checks, want two", n)
	}
	down := &world{memberErr: errDown, sqlErr: errDown}
	if _, err := down.start(t, "stranded-lookup").Check(t.Context(), checker.Payment{UserID: "a"}); !errors.Is(err, checker.ErrUnavailable) {
		t.Errorf("with nobody to ask: %v, want ErrUnavailable", err)
	}
}

func TestUnclosedRowsRunOutOfConnections(t *testing.T) {
	w := world{risky: []string{"a"}}
	s := w.start(t, "unclosed-rows")
	check := func(user string) (bool, error) { return s.Check(t.Context(), checker.Payment{UserID: user}) }
	for range 10 {
		if risky, err := check("b"); risky || err != nil {
			t.Fatalf("an innocent user: %v, %v", risky, err)
		}
	}
	for range 2 {
		if risky, err := check("a"); !risky || err != nil {
			t.Fatalf("a risky user: %v, %v", risky, err)
		}
	}
	if _, err := check("b"); !errors.Is(err, checker.ErrUnavailable) || w.busy != 2 {
		t.Errorf("after two risky users: %v, %d connections held, want none left", err, w.busy)
	}
	if err := s.Close(); err != nil || w.closed != 1 {
		t.Errorf("Close: %v, closed %d times, want once", err, w.closed)
	}
}
