package service_test

import (
	"database/sql"
	"net/http"
	"strings"
	"sync"
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

func (o outcome) refused() bool { return o.status != http.StatusOK }

// again returns when the first check was answered of those asked after a
// refusal. What is in flight when a master is killed was asked before.
func again(all []outcome, killed time.Time) (first time.Time, refused int) {
	var refusal time.Time
	for _, o := range all {
		if o.refused() && o.answered.After(killed) {
			if refused++; refusal.IsZero() || o.answered.Before(refusal) {
				refusal = o.answered
			}
		}
	}
	for _, o := range all {
		if !o.refused() && o.asked.After(refusal) && (first.IsZero() || o.answered.Before(first)) {
			first = o.answered
		}
	}
	return first, refused
}

// The master of the Set is killed under load, with no SQL to fall back on: what
// cannot be looked up is refused, never guessed, and only until a replica has
// taken over.
func TestAMasterOfAClusterIsKilledUnderLoad(t *testing.T) {
	t.Parallel() // with the other: they wait for failovers
	cluster := redistest.StartCluster(t)
	l := newLab(t, func(c *service.Config) {
		c.Redis, c.Strategy = strings.Join(cluster.Addrs, ","), "set-per-request"
		c.CheckTimeout, c.RedisStep = 5*time.Second, 2*time.Second
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
	longest := redistest.NodeTimeout + 5*time.Second
	time.Sleep(time.Until(killed) + longest + 6*time.Second)
	close(stop)

	var all []outcome
	for range callers {
		all = append(all, <-outcomes...)
	}
	answers, refused := again(all, killed)
	switch {
	case refused == 0:
		t.Fatal("nobody noticed that the master was killed")
	case answers.IsZero() || answers.Sub(killed) > longest:
		t.Fatalf("answered again %v after the kill, want within %v", answers.Sub(killed), longest)
	}
	settled := answers.Add(3 * time.Second) // each connection learns by itself
	outside, refusedOutside := 0, 0
	for _, o := range all {
		if o.answered.Before(killed) || o.asked.After(settled) {
			if outside++; o.refused() {
				refusedOutside++
				t.Logf("refused with %d %v after the kill, after %v", o.status, o.asked.Sub(killed), o.answered.Sub(o.asked))
			}
		}
	}
	t.Logf("answered again %v after the kill; %d of %d refused, %d of %d outside", answers.Sub(killed), refused, len(all), refusedOutside, outside)
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
		c.CheckTimeout, c.RedisStep = 5*time.Second, 2*time.Second
	})
	l.mustDo(t, "POST", "/control/refresh", "")
	stop := make(chan struct{})
	end := sync.OnceFunc(func() { close(stop) })
	defer end()
	asked, published := make(chan []outcome, 1), make(chan []outcome, 1)
	go func() { asked <- l.askUntil(t, stop, 0) }()
	go func() { published <- l.publishUntil(stop) }()
	time.Sleep(2 * time.Second)
	killed := time.Now()
	cluster.KillMasterOf(t, layout.SetKey(buckets-1))
	time.Sleep(redistest.NodeTimeout) // until others notice
	eventually(t, "a publication by every master", func() bool {
		w, _ := l.do("POST", "/control/refresh", "")
		return w.Code < 300
	})
	end()

	answered, refused := 0, 0
	for _, o := range <-asked {
		if answered++; o.status != http.StatusOK {
			refused++
		}
	}
	before := 0
	for _, o := range <-published {
		if o.status < 300 && o.answered.Before(killed) {
			before++
		}
	}
	t.Logf("%d of %d checks refused; published %d times before", refused, answered, before)
	if answered < 200 || refused*100 > answered {
		t.Errorf("%d of %d checks were refused, though SQL could be asked", refused, answered)
	}
	if before == 0 {
		t.Error("nothing was published before the kill")
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
