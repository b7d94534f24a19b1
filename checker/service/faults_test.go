package service_test

import (
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/checker/service"
)

func TestFaultsMerge(t *testing.T) {
	l := newLab(t, nil)
	l.mustDo(t, "PUT", "/control/faults", `{"sql_latency_ms":20,"check_timeout_ms":0}`)
	v := l.mustDo(t, "PUT", "/control/faults", `{"setex_latency_ms":30}`)
	if v["sql_latency_ms"] != 20.0 || v["setex_latency_ms"] != 30.0 || v["check_timeout_ms"] != 0.0 {
		t.Errorf("faults are %v, want 20, 30 and no limit", v)
	}
	for body, field := range map[string]string{
		`{"sql_latency_ms":-1}`: "sql_latency_ms", `{"setex_latency_ms":600001}`: "setex_latency_ms", `{"check_timeout_ms":-5}`: "check_timeout_ms",
	} {
		if w, v := l.do("PUT", "/control/faults", body); w.Code != 400 || v["field"] != field {
			t.Errorf("%s: %d %v, want 400 naming %s", body, w.Code, v, field)
		}
	}
}

// The lesson's story: the Set lives until Redis has stored the list, and nothing
// bounds how long that takes; so every request that comes meanwhile finds no
// list and holds a Set of its own.
func TestSetsPileUpWhileRedisStoresTheList(t *testing.T) {
	l := newLab(t, nil)
	l.mustDo(t, "POST", "/control/refresh", "")
	l.mustCheck(t, 0) // caches the list
	l.mustDo(t, "PUT", "/control/faults", `{"setex_latency_ms":6000,"check_timeout_ms":0}`)
	l.mustCheck(t, 0) // from the cache, as ever

	l.mustDo(t, "POST", "/control/expire", "")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { l.check(i) })
		time.Sleep(50 * time.Millisecond) // each would have ended by now
	}
	eventually(t, "20 requests in flight, each with a Set", func() bool { return l.Stats().InFlight() == 20 })
	l.mustDo(t, "PUT", "/control/faults", `{"setex_latency_ms":0,"check_timeout_ms":250}`)
	l.mustCheck(t, 0) // stores the list at once; who waits already goes on waiting
	all.Wait()
}

func TestASlowDatabaseHoldsAConnection(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Strategy, c.CheckTimeout = "list-scan", 5*time.Second })
	l.mustDo(t, "PUT", "/control/faults", `{"sql_latency_ms":100}`)
	began := time.Now()
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() { l.mustCheck(t, i) })
	}
	all.Wait()
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("16 queries of 100 ms over 8 connections took %v, want two rounds", took)
	}
}
