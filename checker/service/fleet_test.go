package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/internal/redistest"
)

func TestAFollowerIsSwitchedByItsFleetAlone(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Strategy, c.Fleet = "set-per-request", "shop" })
	w, v := l.do("PUT", "/control/strategy", `{"name":"list-scan"}`)
	if w.Code != http.StatusConflict || !strings.Contains(fmt.Sprint(v["detail"]), `fleet "shop"`) {
		t.Errorf("a follower is switched alone: %d %v, want 409 naming the fleet", w.Code, v)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	f, err := fleet.Open(l.redis.Addr, "", "shop")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Order(t.Context(), "redis-sismember", "a test"); err != nil {
		t.Fatal(err)
	}
	standing := func() map[string]any { return l.mustDo(t, "GET", "/control/state", "")["fleet"].(map[string]any) }
	eventually(t, "the order", func() bool { return standing()["generation"] == 1.0 })
	if v := l.mustCheck(t, 0); v["strategy"] != "redis-sismember" {
		t.Errorf("decided by %v, want what was ordered", v["strategy"])
	}
	if _, err := f.Order(t.Context(), "from-the-future", "a test"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the refusal", func() bool { return standing()["failed"] == "unknown strategy" })
	l.mustCheck(t, 0)
	eventually(t, "the turn to publish", func() bool { return l.mustDo(t, "GET", "/control/state", "")["publishes"] == true })
	got := l.scrape(t)
	for _, want := range []string{
		`leakline_checker_fleet_info{fleet="shop"} 1` + "\n", "leakline_checker_fleet_generation 1\n",
		"leakline_checker_fleet_latest_generation 2\n", "leakline_checker_fleet_behind 1\n",
		"leakline_checker_fleet_lag_seconds ", "leakline_checker_fleet_contact_timestamp_seconds ", "leakline_checker_publishes 1\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("/metrics lacks %q", want)
		}
	}
	if problems, err := promlint.New(strings.NewReader(got)).Lint(); err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
}

func TestWithoutRedisAFollowerBeginsByItself(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "x.db")
	seed(t, dsn)
	url, stop := serve(t, service.Config{Redis: "127.0.0.1:1", Database: dsn, Strategy: "redis-sismember", Fleet: "shop"})
	eventually(t, "an answer", func() bool {
		v, err := ask(url, 0)
		return err == nil && v.Strategy == "redis-sismember" && v.Risky
	})
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// A decided payment, as it is answered.
type decided struct {
	status   int
	Risky    bool
	Strategy string
}

// ask has the checker at url decide about user i.
func ask(url string, i int) (decided, error) {
	body := fmt.Sprintf(`{"payment_id":"p","user_id":%q,"amount_cents":1,"currency":"EUR"}`, riskyusers.UserID(i))
	res, err := http.Post(url+"/v1/check", "application/json", strings.NewReader(body))
	if err != nil {
		return decided{}, err
	}
	defer res.Body.Close()
	d := decided{status: res.StatusCode}
	if err := json.NewDecoder(res.Body).Decode(&d); err != nil {
		return d, err
	}
	io.Copy(io.Discard, res.Body)
	return d, nil
}

// A company is a fleet of 18 checkers in this process and two in processes of
// their own, each under traffic.
type company struct {
	cfg     service.Config
	fleet   *fleet.Fleet
	ordered sync.Map // strategy → true, before it is ordered
	asked   atomic.Int64
	traffic sync.WaitGroup
	over    chan struct{}
}

// pay asks one checker about user after user. Each is answered, rightly and by a
// strategy that was ordered; a checker that is down now and then may also not
// answer at all.
func (c *company) pay(t *testing.T, url string, down *atomic.Bool) {
	for i := 0; ; i++ {
		select {
		case <-c.over:
			return
		case <-time.After(25 * time.Millisecond):
		}
		user := i % (2 * riskyUsers)
		wasDown := down != nil && down.Load()
		d, err := ask(url, user)
		if err != nil && down != nil && (wasDown || down.Load()) {
			continue
		}
		if _, known := c.ordered.Load(d.Strategy); err != nil || d.status != http.StatusOK || d.Risky != (user < riskyUsers) || !known {
			t.Errorf("%s, user %d: %+v, %v, want a right answer by a strategy that was ordered", url, user, d, err)
			return
		}
		c.asked.Add(1)
	}
}

// member starts a checker in this process.
func (c *company) member(t *testing.T) {
	url, stop := serve(t, c.cfg)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("stopping %s: %v", url, err)
		}
	})
	c.traffic.Go(func() { c.pay(t, url, nil) })
}

// process starts a checker that can be killed, and returns what starts it again
// after the signal.
func (c *company) process(t *testing.T) (restart func(os.Signal)) {
	addr := redistest.FreeAddr(t)
	told, err := json.Marshal(childConfig{Listen: addr, Config: c.cfg})
	if err != nil {
		t.Fatal(err)
	}
	launch := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), beChecker+"="+string(told))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the process to answer", func() bool { _, err := ask("http://"+addr, 0); return err == nil })
		return cmd
	}
	cmd := launch()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	var down atomic.Bool
	c.traffic.Go(func() { c.pay(t, "http://"+addr, &down) })
	return func(s os.Signal) {
		down.Store(true)
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() // says only how it ended
		cmd = launch()
		down.Store(false)
	}
}

// order insists, as an instructor would: while a master is away the order is
// refused, or stands though nobody said so.
func (c *company) order(t *testing.T, strategy string) fleet.Order {
	t.Helper()
	c.ordered.Store(strategy, true)
	var o fleet.Order
	var err error
	eventually(t, "order "+strategy, func() bool {
		o, err = c.fleet.Order(t.Context(), strategy, "a test")
		return err == nil
	})
	return o
}

func TestTwentyCheckersAreSwitchedAHundredTimes(t *testing.T) {
	cluster := redistest.StartCluster(t)
	dsn := filepath.Join(t.TempDir(), "x.db")
	seed(t, dsn)
	where := strings.Join(cluster.Addrs, ",")
	f, err := fleet.Open(where, "", fleet.DefaultName)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	c := &company{fleet: f, over: make(chan struct{}), cfg: service.Config{
		Redis: where, Database: dsn, Strategy: "set-per-request", Fleet: fleet.DefaultName,
		CheckTimeout: 30 * time.Second, RedisStep: 400 * time.Millisecond,
	}}
	c.ordered.Store("set-per-request", true)
	for range 18 {
		c.member(t)
	}
	toKill, toStop := c.process(t), c.process(t)
	present := func() []fleet.Member {
		members, err := f.Members(t.Context())
		if err != nil {
			return nil // a master is away
		}
		return members
	}
	eventually(t, "all twenty", func() bool { return len(present()) == 20 })

	strategies := []string{"list-scan", "redis-sismember", "local-snapshot", "warm-cache", "set-per-request"}
	log := make(map[uint64]string)
	var last fleet.Order
	for i := range 100 {
		last = c.order(t, strategies[i%len(strategies)])
		log[last.Generation] = last.Strategy
		switch i {
		case 20:
			toKill(os.Kill)
		case 50:
			cluster.KillMasterOf(t, "{fleet:"+fleet.DefaultName+"}:orders")
		case 80:
			toStop(syscall.SIGTERM)
		}
		time.Sleep(30 * time.Millisecond) // the pace of a very nervous instructor
	}
	var members []fleet.Member // the one that was killed is among them for 15 s
	eventually(t, "every checker to apply the last order", func() bool {
		members = present()
		return len(members) == 20 && !slices.ContainsFunc(members, func(m fleet.Member) bool { return m.Behind(last) })
	})
	close(c.over)
	c.traffic.Wait()
	latest, err := f.Latest(t.Context())
	if err != nil || latest.Generation != last.Generation || latest.Strategy != last.Strategy {
		t.Errorf("the latest order is %+v, %v, want %+v", latest, err, last)
	}
	updaters := 0
	for _, m := range members {
		if m.Generation != last.Generation || m.Strategy != last.Strategy || m.Failed != "" {
			t.Errorf("%s ends at %+v, want %s", m.ID, m, last.Strategy)
		}
		if m.Updater {
			updaters++
		}
	}
	t.Logf("%d payments decided meanwhile; the last generation is %d after 100 orders; %d publish", c.asked.Load(), last.Generation, updaters)
	if updaters > 1 {
		t.Errorf("%d updaters publish, want one at most", updaters)
	}
	if c.asked.Load() < 1000 || len(log) != 100 {
		t.Errorf("%d payments and %d generations, want a thousand and a hundred", c.asked.Load(), len(log))
	}
}
