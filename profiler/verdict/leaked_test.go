package verdict_test

import (
	"testing"

	"github.com/leakline/leakline/profiler/verdict"
)

const leakedDump = `goroutine 1 [running]:
main.main()
	/src/main.go:10 +0x1d

goroutine 7 [chan send (leaked)]:
main.stuck.func1()
	/src/main.go:3 +0x1d
created by main.stuck in goroutine 1
	/src/main.go:2 +0x5e

goroutine 8 [chan receive, 3 minutes]:
main.worker()
	/src/main.go:20 +0x1d
`

func TestTheRuntimesOwnFindingIsRead(t *testing.T) {
	all, err := verdict.ParseGoroutines([]byte(leakedDump), nil)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d goroutines, %v, want 3", len(all), err)
	}
	for i, want := range []struct {
		state  string
		leaked bool
	}{{"running", false}, {"chan send", true}, {"chan receive", false}} {
		if all[i].State != want.state || all[i].Leaked != want.leaked {
			t.Errorf("goroutine %d is %q, leaked %v, want %q, %v", all[i].ID, all[i].State, all[i].Leaked, want.state, want.leaked)
		}
	}
}

// What the runtime calls leaked needs no look to see that it stays: four looks
// at ever other goroutines would be a queue else.
func TestWhatTheRuntimeCallsLeakedIsOne(t *testing.T) {
	place := &verdict.Place{Stack: []string{"main.stuck.func1"}}
	place.Function, place.File, place.Line = "main.stuck.func1", "/src/main.go", 3
	for _, leaked := range []bool{true, false} {
		s, h := newSimulation(1, 1e4), &verdict.History{}
		for i := range 4 {
			l := s.look(float64(5 * i))
			for id := range 20 * i {
				l.Goroutines = append(l.Goroutines, verdict.Goroutine{ID: uint64(1000*i + id), State: "chan send", Place: place, Leaked: leaked})
			}
			l.Goroutines = append(l.Goroutines, verdict.Goroutine{ID: 1, State: "running", Place: place})
			if err := h.Add(l); err != nil {
				t.Fatal(err)
			}
		}
		v := h.Judge()
		if got := v.Word == verdict.GoroutineLeak; got != leaked {
			t.Errorf("leaked %v: %s, %s", leaked, v.Word, v.Summary)
		}
		if leaked && (len(v.Suspects) == 0 || v.Suspects[0].Function != "main.stuck.func1" || v.Confidence < 0.99) {
			t.Errorf("%+v, want its line for certain", v)
		}
	}
}
