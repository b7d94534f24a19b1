package service_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/service"
)

// patience is what a check may cost while Redis is frozen: its deadline, and what
// a machine with better things to do adds. A client as it comes waits for five
// seconds.
const patience = 2500 * time.Millisecond

// noSQL makes every query fail: SQLite cannot open a file in a missing folder.
func noSQL(t *testing.T) func(*service.Config) {
	missing := filepath.Join(t.TempDir(), "missing", "x.db")
	return func(c *service.Config) { c.Database = missing }
}

// burst sends checks from n callers at once and returns the longest time one
// of them took and how many answers there were of each status.
func (l *lab) burst(t *testing.T, n int) (longest time.Duration, statuses map[int]int) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	statuses = make(map[int]int)
	for i := range n {
		wg.Go(func() {
			start := time.Now()
			code, v := l.check(i)
			took := time.Since(start)
			mu.Lock()
			defer mu.Unlock()
			longest = max(longest, took)
			statuses[code]++
			if code == 200 && v["risky"] != (i < riskyUsers) {
				t.Errorf("user %d: %v is a guess", i, v)
			}
		})
	}
	wg.Wait()
	return longest, statuses
}

func TestAFrozenRedisIsBoundedAndSQLAnswers(t *testing.T) {
	for _, spec := range asking() {
		t.Run(spec.Name, func(t *testing.T) {
			l := newStrictLab(t, func(c *service.Config) { c.Strategy = spec.Name })
			l.mustDo(t, "POST", "/control/refresh", "")
			l.burst(t, 8) // opens connections, which then freeze
			l.redis.Freeze()
			defer l.redis.Thaw()
			for range 8 { // before the breaker opens, and after
				if longest, statuses := l.burst(t, 4); longest > patience || statuses[200] != 4 {
					t.Errorf("4 checks took up to %v with statuses %v, want 200 within %v", longest, statuses, patience)
				}
			}
		})
	}
}

func TestAFrozenRedisWithoutSQLIsBoundedAndRefuses(t *testing.T) {
	for _, spec := range asking() {
		t.Run(spec.Name, func(t *testing.T) {
			l := newStrictLab(t, func(c *service.Config) {
				noSQL(t)(c)
				c.Strategy = spec.Name
			})
			l.redis.Freeze()
			defer l.redis.Thaw()
			for range 4 {
				if longest, statuses := l.burst(t, 64); longest > patience || statuses[503] != 64 {
					t.Errorf("64 checks took up to %v with statuses %v, want 503 within %v", longest, statuses, patience)
				}
			}
		})
	}
}

func TestBothDownIsSaidWithRetryAfter(t *testing.T) {
	for _, spec := range asking() {
		t.Run(spec.Name, func(t *testing.T) {
			l := newStrictLab(t, func(c *service.Config) {
				noSQL(t)(c)
				c.Strategy = spec.Name
			})
			l.redis.Stop()
			w, v := l.do("POST", "/v1/check", `{"payment_id":"p","user_id":"u","amount_cents":1,"currency":"EUR"}`)
			if w.Code != 503 || w.Header().Get("Retry-After") == "" || v["status"] != 503.0 || v["risky"] != nil {
				t.Errorf("%d, Retry-After %q, %v, want 503 and no decision", w.Code, w.Header().Get("Retry-After"), v)
			}
			if s := l.Stats(); s.Requests() != 1 || s.Errors() != 1 {
				t.Errorf("counted %d requests, %d errors, want 1 and 1", s.Requests(), s.Errors())
			}
			if w, _ := l.do("GET", "/readyz", ""); w.Code != 503 {
				t.Errorf("/readyz says %d with nobody to ask", w.Code)
			}
			if w, _ := l.do("GET", "/healthz", ""); w.Code != 200 {
				t.Errorf("/healthz says %d, want 200: the process is well", w.Code)
			}
		})
	}
}

// After an outage Redis is asked again, without anybody's help.
func TestRedisComesBack(t *testing.T) {
	l := newStrictLab(t, func(c *service.Config) { c.Strategy = "redis-sismember" })
	l.mustDo(t, "POST", "/control/refresh", "")
	l.redis.Freeze()
	for range 10 {
		l.mustCheck(t, 0)
	}
	if v := l.mustDo(t, "GET", "/readyz", ""); v["status"] != "degraded" {
		t.Errorf("/readyz says %v with Redis frozen, want degraded", v)
	}
	l.redis.Thaw()
	// A user whom Redis calls risky and SQL does not tells who has answered.
	if err := l.rdb.SAdd(t.Context(), checker.SetKey, "only-in-redis").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "an answer from Redis", func() bool {
		_, v := l.do("POST", "/v1/check", `{"payment_id":"p","user_id":"only-in-redis","amount_cents":1,"currency":"EUR"}`)
		return v["risky"] == true
	})
}

func TestAnEmptiedRedisFailsClosedUnderAtomicAndOpenUnderNaive(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Strategy = "redis-sismember" })
	l.mustDo(t, "POST", "/control/refresh", "")
	l.rdb.FlushAll(t.Context())
	l.mustCheck(t, 0)

	l.mustDo(t, "PUT", "/control/updater", `{"kind":"naive"}`)
	l.mustDo(t, "POST", "/control/refresh", "")
	l.mustCheck(t, 0)
	l.mustDo(t, "PUT", "/control/updater", `{"kind":"stopped"}`)
	l.rdb.FlushAll(t.Context())
	if code, v := l.check(0); code != 200 || v["risky"] != false {
		t.Errorf("the lesson's check on an emptied Redis: %d %v, want its wrong answer, shown", code, v)
	}
}

func TestAnEmptiedRedisWithoutSQLRefuses(t *testing.T) {
	l := newLab(t, func(c *service.Config) {
		noSQL(t)(c)
		c.Strategy = "redis-sismember"
	})
	l.rdb.SAdd(t.Context(), checker.SetKey, "u0000000", checker.Sentinel)
	l.mustCheck(t, 0)
	l.rdb.FlushAll(t.Context())
	if code, v := l.check(0); code != 503 {
		t.Errorf("%d %v, want 503: an empty Redis does not mean that nobody is risky", code, v)
	}
}
