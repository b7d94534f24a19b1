package service_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/internal/pgtest"
	"github.com/leakline/leakline/internal/redistest"
)

// An outcome is what became of one check.
type outcome struct {
	asked, answered time.Time
	status          int
}

// within says whether any moment of it lies between from and to: what is in
// flight when a master is killed was asked before.
func (o outcome) within(from, to time.Time) bool {
	return o.answered.After(from) && o.asked.Before(to)
}

// The master of the Set is killed under load, with no SQL to fall back on: what
// cannot be looked up is refused, never guessed, and only until a replica has
// taken over.
func TestAMasterOfAClusterIsKilledUnderLoad(t *testing.T) {
	t.Parallel() // with the other: they wait for failovers
	cluster := redistest.StartCluster(t)
	l := newLab(t, func(c *service.Config) {
		c.Redis, c.Strategy = strings.Join(cluster.Addrs, ","), "set-per-request"
		c.CheckTimeout, c.RedisStep = time.Second, 400*time.Millisecond
	})
	l.mustDo(t, "POST", "/control/refresh", "")
	for _, spec := range asking() {
		l.mustDo(t, "PUT", "/control/strategy", `{"name":"`+spec.Name+`"}`)
		l.mustCheck(t, riskyUsers-1)
		l.mustCheck(t, riskyUsers)
	}
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"redis-sismember"}`)
	l.mustDo(t, "PUT", "/control/updater", `{"kind":"stopped"}`)
	l.hideTable(t)

	stop := make(chan struct{})
	outcomes := make(chan []outcome)
	const callers = 4
	for caller := range callers {
		go func() { outcomes <- l.askUntil(t, stop, caller) }()
	}
	time.Sleep(2 * time.Second)
	killed := time.Now()
	cluster.KillMasterOf(t, checker.SetKey)
	recovered := killed.Add(redistest.NodeTimeout + 5*time.Second)
	time.Sleep(time.Until(recovered) + 4*time.Second)
	close(stop)

	var during, outside, refusedDuring, refusedOutside int
	for range callers {
		for _, o := range <-outcomes {
			refused := 0
			if o.status != http.StatusOK {
				refused = 1
			}
			if o.within(killed, recovered) {
				during, refusedDuring = during+1, refusedDuring+refused
				continue
			}
			outside, refusedOutside = outside+1, refusedOutside+refused
			if refused == 1 {
				t.Logf("refused with %d %v after the kill, after %v", o.status, o.asked.Sub(killed), o.answered.Sub(o.asked))
			}
		}
	}
	t.Logf("%d of %d refused in the 7 s after the kill, %d of %d outside", refusedDuring, during, refusedOutside, outside)
	if refusedDuring == 0 {
		t.Error("nobody noticed that the master was killed")
	}
	if outside < 200 || refusedOutside*1000 > max(outside, 1000) {
		t.Errorf("%d of %d checks refused outside the failover, want at most one in a thousand", refusedOutside, outside)
	}
}

// The master of a bucket is killed while the Set is published again and again
// from PostgreSQL: no decision is wrong, and publishing goes on.
func TestAMasterIsKilledWhileTheSetIsPublished(t *testing.T) {
	t.Parallel() // with the other: they wait for failovers
	cluster := redistest.StartCluster(t)
	dsn := pgtest.Database(t)
	seed(t, dsn)
	const buckets = 16
	layout, err := checker.NewBuckets(buckets)
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, func(c *service.Config) {
		c.Redis, c.Database, c.Buckets, c.Strategy = strings.Join(cluster.Addrs, ","), dsn, buckets, "redis-sismember"
		c.CheckTimeout, c.RedisStep = time.Second, 400*time.Millisecond
	})
	l.mustDo(t, "POST", "/control/refresh", "")
	stop := make(chan struct{})
	asked, published := make(chan []outcome), make(chan []outcome)
	go func() { asked <- l.askUntil(t, stop, 0) }()
	go func() { published <- l.publishUntil(stop) }()
	time.Sleep(2 * time.Second)
	killed := time.Now()
	cluster.KillMasterOf(t, layout.SetKey(buckets-1))
	recovered := killed.Add(redistest.NodeTimeout + 5*time.Second)
	time.Sleep(time.Until(recovered) + 2*time.Second)
	close(stop)

	answered, refused := 0, 0
	for _, o := range <-asked {
		if answered++; o.status != http.StatusOK {
			refused++
		}
	}
	before, after := 0, 0
	for _, o := range <-published {
		switch ok := o.status < 300; {
		case ok && o.answered.Before(killed):
			before++
		case ok && o.asked.After(recovered):
			after++
		}
	}
	t.Logf("%d of %d checks refused; published %d times before and %d times after", refused, answered, before, after)
	if answered < 200 || refused*100 > answered {
		t.Errorf("%d of %d checks were refused, though SQL could be asked", refused, answered)
	}
	if before == 0 || after == 0 {
		t.Errorf("published %d times before the kill and %d times after the failover, want both", before, after)
	}
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"local-snapshot"}`) // reads every bucket
	for user := range 2 * riskyUsers {
		l.mustCheck(t, user)
	}
}

// publishUntil publishes again and again.
func (l *lab) publishUntil(stop <-chan struct{}) (all []outcome) {
	for {
		select {
		case <-stop:
			return all
		case <-time.After(50 * time.Millisecond):
		}
		at := time.Now()
		w, _ := l.do("POST", "/control/refresh", "")
		all = append(all, outcome{at, time.Now(), w.Code})
	}
}

// hideTable takes SQL away.
func (l *lab) hideTable(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+l.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "ALTER TABLE risky_users RENAME TO hidden"); err != nil {
		t.Fatal(err)
	}
}

// askUntil asks about one user after the other. Each answer must be right or a
// refusal.
func (l *lab) askUntil(t *testing.T, stop <-chan struct{}, first int) []outcome {
	var all []outcome
	for i := first; ; i++ {
		select {
		case <-stop:
			return all
		case <-time.After(2 * time.Millisecond):
		}
		user, at := i%(2*riskyUsers), time.Now()
		code, v := l.check(user)
		all = append(all, outcome{at, time.Now(), code})
		switch {
		case code == http.StatusOK && v["risky"] != (user < riskyUsers):
			t.Errorf("user %d: %v is wrong", user, v)
		case code != http.StatusOK && code != http.StatusServiceUnavailable:
			t.Errorf("user %d: %d %v, want an answer or 503", user, code, v)
		}
	}
}
