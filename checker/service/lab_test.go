package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/internal/redistest"
)

const (
	riskyUsers = 200
	token      = "test-token-0123456789"
)

// lab is a service with a Redis of its own and a seeded table. Nothing runs in
// the background unless a test starts it.
type lab struct {
	*service.Service
	redis   *redistest.Server
	rdb     *redis.Client
	dsn     string
	handler http.Handler
}

// Its checks may take long, because the machine may be busy; what a check may
// cost is tested with newStrictLab.
func newLab(t testing.TB, change func(*service.Config)) *lab {
	t.Helper()
	return newStrictLab(t, func(cfg *service.Config) {
		cfg.CheckTimeout, cfg.RedisStep = 30*time.Second, 10*time.Second
		if change != nil {
			change(cfg)
		}
	})
}

// newStrictLab bounds a check as the product does, three times as generously: it
// still has no time to ask Redis more than twice before SQL.
func newStrictLab(t testing.TB, change func(*service.Config)) *lab {
	t.Helper()
	l := &lab{redis: redistest.Start(t), dsn: filepath.Join(t.TempDir(), "x.db")}
	seed(t, l.dsn)
	cfg := service.Config{Redis: l.redis.Addr, Database: l.dsn, ControlToken: token, CheckTimeout: 750 * time.Millisecond, RedisStep: 300 * time.Millisecond}
	if change != nil {
		change(&cfg)
	}
	var err error
	if l.Service, err = service.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(context.Background()); err != nil {
			t.Errorf("closing the service: %v", err)
		}
	})
	l.handler = mustLoad(t).Between(t, l.Handler())
	l.rdb = redis.NewClient(&redis.Options{Addr: l.redis.Addr, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { l.rdb.Close() })
	return l
}

func seed(t testing.TB, dsn string) {
	t.Helper()
	store, err := riskyusers.Open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Seed(t.Context(), riskyusers.Population{Users: 2 * riskyUsers, Risky: riskyUsers}); err != nil {
		t.Fatal(err)
	}
}

// do sends a request, with the control token, and returns the answer and its
// JSON.
func (l *lab) do(method, path, body string) (*httptest.ResponseRecorder, map[string]any) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	l.handler.ServeHTTP(w, r)
	var v map[string]any
	json.Unmarshal(w.Body.Bytes(), &v) // some answers are not JSON; then v says nothing
	return w, v
}

// check asks about user i and returns the status and the answer.
func (l *lab) check(i int) (int, map[string]any) {
	body, _ := json.Marshal(map[string]any{
		"payment_id": "p1", "user_id": riskyusers.UserID(i), "amount_cents": 100, "currency": "EUR",
	})
	w, v := l.do("POST", "/v1/check", string(body))
	return w.Code, v
}

// mustCheck fails the test unless user i is decided rightly.
func (l *lab) mustCheck(t *testing.T, i int) map[string]any {
	t.Helper()
	code, v := l.check(i)
	if code != http.StatusOK || v["risky"] != riskyusers.Risky(i, riskyUsers) {
		t.Errorf("user %d: %d %v, want 200 with risky %v", i, code, v, riskyusers.Risky(i, riskyUsers))
	}
	return v
}

func (l *lab) mustDo(t *testing.T, method, path, body string) map[string]any {
	t.Helper()
	w, v := l.do(method, path, body)
	if w.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, bytes.TrimSpace(w.Body.Bytes()))
	}
	return v
}

// eventually looks until what it waits for has come true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// but are the strategies other than those of these names.
func but(names ...string) []strategy.Spec {
	return slices.DeleteFunc(strategy.Catalog(), func(s strategy.Spec) bool { return slices.Contains(names, s.Name) })
}

// enduring are the strategies that go on answering. unclosed-rows does not: soon
// it has no connection left, which is what it is there to show.
func enduring() []strategy.Spec { return but("unclosed-rows") }

// tidy are those of them that leave nothing behind when they are replaced;
// stranded-lookup does, and is there to show it.
func tidy() []strategy.Spec { return but("unclosed-rows", "stranded-lookup") }

// asking are the strategies that differ in how they ask; the others ask as one
// of these does.
func asking() []strategy.Spec {
	return but("unclosed-rows", "audit-forever", "unbounded-memo", "warm-cache")
}
