package service_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
)

func TestControlNeedsItsToken(t *testing.T) {
	debug := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "heap") })
	l := newLab(t, func(c *service.Config) { c.Debug = debug })
	routes := map[string]string{
		"/control/state": "GET", "/control/strategies": "GET", "/control/strategy": "PUT", "/control/updater": "PUT",
		"/control/faults": "PUT", "/control/expire": "POST",
		"/control/refresh": "POST", "/debug/pprof/heap": "GET",
	}
	for path, method := range routes {
		for _, auth := range []string{"", "Bearer", "Bearer ", "Bearer " + token + "x", "Basic " + token, token} {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("Authorization", auth)
			w := httptest.NewRecorder()
			if l.handler.ServeHTTP(w, r); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with %q: %d, want 401", method, path, auth, w.Code)
			}
		}
		if w, _ := l.do(method, path, ""); w.Code == http.StatusUnauthorized {
			t.Errorf("%s %s with the token: 401", method, path)
		}
	}
}

func TestWithoutATokenNobodyIsLetIn(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.ControlToken = "" })
	r := httptest.NewRequest("GET", "/control/state", nil)
	r.Header.Set("Authorization", "Bearer ")
	w := httptest.NewRecorder()
	if l.handler.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
		t.Errorf("an empty token: %d, want 401", w.Code)
	}
}

func TestAnInvalidSwitchChangesNothing(t *testing.T) {
	l := newLab(t, nil)
	for body, want := range map[string]int{
		`{"name":"nobody"}`: 404, `{"name":""}`: 400, `{}`: 400, `{"name":7}`: 400, `{"name":null}`: 400,
		`{"nom":"list-scan"}`: 400, `list-scan`: 400, `{"name":"list-scan"}{}`: 400,
	} {
		if w, _ := l.do("PUT", "/control/strategy", body); w.Code != want {
			t.Errorf("%s: %d, want %d", body, w.Code, want)
		}
	}
	if v := l.mustCheck(t, 0); v["strategy"] != "set-per-request" || v["generation"] != 1.0 {
		t.Errorf("then %v decides, want set-per-request, generation 1", v)
	}
}

func TestStateSaysWhatStands(t *testing.T) {
	l := newLab(t, nil)
	v := l.mustDo(t, "GET", "/control/state", "")
	if v["risky_users"] != nil || v["published_at"] != nil {
		t.Errorf("before the first publication state says %v, want unknown as null", v)
	}
	l.mustDo(t, "POST", "/control/refresh", "")
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"list-scan"}`)
	l.mustDo(t, "PUT", "/control/updater", `{"interval_ms":500}`)
	v = l.mustDo(t, "GET", "/control/state", "")
	for field, want := range map[string]any{
		"strategy": "list-scan", "generation": 2.0, "updater": "atomic", "interval_ms": 500.0, "step_delay_ms": 0.0,
		"database": "SQLite", "risky_users": float64(riskyUsers), "requests": 0.0, "in_flight": 0.0,
	} {
		if v[field] != want {
			t.Errorf("%s is %v, want %v", field, v[field], want)
		}
	}
	if redis, _ := v["redis"].(string); len(redis) <= len("redis-server ") {
		t.Errorf("redis is %q, want its version", redis)
	}
}

func TestUpdaterSettingsMerge(t *testing.T) {
	l := newLab(t, nil)
	l.mustDo(t, "PUT", "/control/updater", `{"kind":"naive","step_delay_ms":20}`)
	v := l.mustDo(t, "PUT", "/control/updater", `{"interval_ms":1000}`)
	if v["kind"] != "naive" || v["interval_ms"] != 1000.0 || v["step_delay_ms"] != 20.0 {
		t.Errorf("settings are %v, want naive, 1000, 20", v)
	}
	for body, field := range map[string]string{
		`{"kind":"best"}`: "kind", `{"interval_ms":9}`: "interval_ms", `{"step_delay_ms":-1}`: "step_delay_ms",
		`{"kind":"atomic","interval_ms":0}`: "interval_ms",
	} {
		if w, v := l.do("PUT", "/control/updater", body); w.Code != 400 || v["field"] != field {
			t.Errorf("%s: %d %v, want 400 naming %s", body, w.Code, v, field)
		}
	}
	if v := l.mustDo(t, "GET", "/control/state", ""); v["updater"] != "naive" {
		t.Errorf("a refused change left updater %v, want naive", v["updater"])
	}
}

func TestRefreshShowsListStrategiesWhatChanged(t *testing.T) {
	l := newLab(t, nil)
	l.mustCheck(t, 0) // caches the list
	store, err := riskyusers.Open(l.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.SetActive(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	l.mustCheck(t, 0) // still in the cached list
	if v := l.mustDo(t, "POST", "/control/refresh", ""); v["risky_users"] != 0.0 {
		t.Errorf("refreshed %v, want 0 risky users", v)
	}
	if code, v := l.check(0); code != 200 || v["risky"] != false {
		t.Errorf("after the refresh: %d %v, want innocent", code, v)
	}
}

// Strategies are replaced while 64 callers go on, and nobody notices.
func TestSwitchingUnderTraffic(t *testing.T) {
	l := newLab(t, nil)
	l.mustDo(t, "POST", "/control/refresh", "")
	ctx, stop := context.WithCancel(t.Context())
	names := sync.Map{} // generation → the strategy that decided in it
	var wg sync.WaitGroup
	var answers atomic.Int64
	for i := range 64 {
		wg.Go(func() {
			for ctx.Err() == nil {
				v := l.mustCheck(t, riskyUsers-32+i)
				if was, known := names.LoadOrStore(v["generation"], v["strategy"]); known && was != v["strategy"] {
					t.Errorf("generation %v was decided by %v and by %v", v["generation"], was, v["strategy"])
				}
				answers.Add(1)
			}
		})
	}
	order := enduring()
	for i := range 12 {
		before := answers.Load()
		eventually(t, "traffic", func() bool { return answers.Load() > before+64 })
		v := l.mustDo(t, "PUT", "/control/strategy", fmt.Sprintf(`{"name":%q}`, order[(i+1)%len(order)].Name))
		if v["generation"] != float64(i+2) {
			t.Errorf("switch %d answered %v", i+1, v)
		}
	}
	stop()
	wg.Wait()
	if l.Stats().Errors() != 0 || l.Stats().InFlight() != 0 {
		t.Errorf("%d errors, %d in flight, want none", l.Stats().Errors(), l.Stats().InFlight())
	}
	names.Range(func(generation, name any) bool {
		if want := order[(int(generation.(float64))-1)%len(order)].Name; name != want {
			t.Errorf("generation %v was decided by %v, want %s", generation, name, want)
		}
		return true
	})
}

func TestADrainedStrategyLeavesNoGoroutine(t *testing.T) {
	l := newLab(t, nil)
	l.mustDo(t, "POST", "/control/refresh", "")
	l.mustCheck(t, 0)
	before := goleak.IgnoreCurrent()
	for range 3 {
		l.mustDo(t, "PUT", "/control/strategy", `{"name":"redis-sismember"}`)
		l.burst(t, 16)
		l.mustDo(t, "PUT", "/control/strategy", `{"name":"list-scan"}`)
	}
	goleak.VerifyNone(t, before)
	if n := l.rdb.SCard(t.Context(), checker.SetKey).Val(); n != riskyUsers+1 {
		t.Errorf("the Set has %d members after all that, want %d", n, riskyUsers+1)
	}
}
