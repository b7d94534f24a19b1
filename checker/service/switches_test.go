package service_test

import (
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/service"
)

// decision is what an answer says of who gave it.
type decision struct {
	strategy   string
	generation float64
}

// A thousand switches, every tenth followed by one that cannot be, while
// payments keep coming: none fails, each is decided by one generation, and
// every drained strategy is gone in the end.
func TestAThousandSwitchesUnderTraffic(t *testing.T) {
	const switches, requestsPerSecond = 1000, 200
	l := newLab(t, func(c *service.Config) { c.Strategy = "list-scan" })
	l.mustDo(t, "POST", "/control/refresh", "")
	for i := range 8 {
		l.mustCheck(t, i) // opens what stays open
	}
	before := runtime.NumGoroutine()

	stop := make(chan struct{})
	var asking sync.WaitGroup
	var mu sync.Mutex
	var decisions []decision
	tick := time.NewTicker(time.Second / requestsPerSecond)
	asking.Go(func() {
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			asking.Go(func() {
				v := l.mustCheck(t, i%(2*riskyUsers))
				name, _ := v["strategy"].(string)
				generation, _ := v["generation"].(float64)
				mu.Lock()
				defer mu.Unlock()
				decisions = append(decisions, decision{name, generation})
			})
		}
	})

	named := map[float64]string{1: "list-scan"} // the strategy of each generation
	catalog := tidy()
	pace := time.NewTicker(3 * time.Millisecond)
	defer pace.Stop()
	for i := range switches {
		<-pace.C
		name := catalog[i%len(catalog)].Name
		v := l.mustDo(t, "PUT", "/control/strategy", fmt.Sprintf(`{"name":%q}`, name))
		generation := v["generation"].(float64)
		if old, known := named[generation]; known && old != name {
			t.Fatalf("generation %v is both %s and %s", generation, old, name)
		}
		named[generation] = name
		if i%10 == 9 {
			if w, _ := l.do("PUT", "/control/strategy", `{"name":"magic"}`); w.Code != http.StatusNotFound {
				t.Errorf("switching to what there is not: %d, want 404", w.Code)
			}
		}
	}
	close(stop)
	asking.Wait()

	if len(named) != switches+1 {
		t.Errorf("%d generations after %d switches", len(named), switches)
	}
	for _, d := range decisions {
		if named[d.generation] != d.strategy {
			t.Errorf("generation %v decided as %q, and is %q", d.generation, d.strategy, named[d.generation])
		}
	}
	if len(decisions) < switches/10 {
		t.Errorf("%d payments were decided meanwhile: too few to tell anything", len(decisions))
	}
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"list-scan"}`)
	eventually(t, "every replaced strategy's goroutines to end", func() bool { return runtime.NumGoroutine() <= before })
}
