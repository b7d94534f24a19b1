package service_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
)

func TestEveryStrategyDecidesRightly(t *testing.T) {
	for _, spec := range asking() {
		t.Run(spec.Name, func(t *testing.T) {
			l := newLab(t, func(c *service.Config) { c.Strategy, c.KeyPrefix = spec.Name, "pay:" })
			l.mustDo(t, "POST", "/control/refresh", "")
			for _, i := range []int{0, riskyUsers - 1, riskyUsers, riskyusers.MaxUsers - 1} {
				v := l.mustCheck(t, i)
				if v["payment_id"] != "p1" || v["strategy"] != spec.Name || v["generation"] != 1.0 || v["elapsed_us"] == nil {
					t.Errorf("answer %v, want p1 decided by %s, generation 1, with its time", v, spec.Name)
				}
			}
			for _, key := range l.rdb.Keys(t.Context(), "*").Val() {
				if !strings.HasPrefix(key, "pay:") {
					t.Errorf("key %q is without the prefix", key)
				}
			}
		})
	}
}

func TestSetsAreCounted(t *testing.T) {
	for name, perRequest := range map[string]uint64{"set-per-request": 1, "list-scan": 0, "redis-sismember": 0} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, func(c *service.Config) { c.Strategy = name })
			for i := range 4 { // the first is a miss
				l.mustCheck(t, i)
			}
			if got := l.Stats().SetsBuilt(); got != 4*perRequest {
				t.Errorf("%d Sets built by 4 requests, want %d", got, 4*perRequest)
			}
			if got := l.Stats().Requests(); got != 4 {
				t.Errorf("%d requests counted, want 4", got)
			}
		})
	}
}

func TestAMissFillsTheCacheForFiveMinutes(t *testing.T) {
	l := newLab(t, nil)
	l.mustCheck(t, 0)
	if ttl := l.rdb.TTL(t.Context(), checker.ListKey).Val(); ttl <= 299*time.Second || ttl > 300*time.Second {
		t.Errorf("the list expires in %v, want 5m", ttl)
	}
}

func TestCheckRefuses(t *testing.T) {
	const ok = `{"payment_id":"p","user_id":"u","amount_cents":1,"currency":"EUR"}`
	with := func(old, new string) string { return strings.Replace(ok, old, new, 1) }
	tests := []struct {
		name   string
		body   string
		status int
		field  string
	}{
		{"a good payment is not refused", ok, 200, ""},
		{"nor one of nothing", with(`:1,`, `:0,`), 200, ""},
		{"nor one with spaces around", " " + ok + "\n", 200, ""},
		{"an empty body", "", 400, ""},
		{"not JSON", "payment", 400, ""},
		{"a list", "[" + ok + "]", 400, ""},
		{"null", "null", 400, ""},
		{"half an object", ok[:20], 400, ""},
		{"two objects", ok + ok, 400, ""},
		{"something after the object", ok + "x", 400, ""},
		{"not UTF-8", with(`"u"`, "\"\xff\""), 400, ""},
		{"an unknown field", with(`{`, `{"note":"",`), 400, "note"},
		{"a field in other letters", with(`user_id`, `User_ID`), 400, "User_ID"},
		{"a field given twice", with(`{`, `{"user_id":"v",`), 400, "user_id"},
		{"no payment id", with(`"payment_id":"p",`, ``), 400, "payment_id"},
		{"a payment id that is null", with(`"p"`, `null`), 400, "payment_id"},
		{"a payment id that is a number", with(`"p"`, `7`), 400, "payment_id"},
		{"an empty payment id", with(`"p"`, `""`), 400, "payment_id"},
		{"no user id", with(`"user_id":"u",`, ``), 400, "user_id"},
		{"a long user id", with(`"u"`, `"`+strings.Repeat("u", 129)+`"`), 400, "user_id"},
		{"the longest user id", with(`"u"`, `"`+strings.Repeat("u", 128)+`"`), 200, ""},
		{"the sentinel for a user id", with(`"u"`, `"\u0000published"`), 400, "user_id"},
		{"half a surrogate pair", with(`"u"`, `"\ud800"`), 400, "user_id"},
		{"no amount", with(`"amount_cents":1,`, ``), 400, "amount_cents"},
		{"a negative amount", with(`:1,`, `:-1,`), 400, "amount_cents"},
		{"half a cent", with(`:1,`, `:0.5,`), 400, "amount_cents"},
		{"an amount in words", with(`:1,`, `:"1",`), 400, "amount_cents"},
		{"an amount beyond 64 bits", with(`:1,`, `:9223372036854775808,`), 400, "amount_cents"},
		{"no currency", with(`,"currency":"EUR"`, ``), 400, "currency"},
		{"a currency in small letters", with(`EUR`, `eur`), 400, "currency"},
		{"a currency of four letters", with(`EUR`, `EURO`), 400, "currency"},
		{"4 KiB and a byte", ok + strings.Repeat(" ", 4097-len(ok)), 413, ""},
		{"4 KiB", ok + strings.Repeat(" ", 4096-len(ok)), 200, ""},
	}
	l := newLab(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, v := l.do("POST", "/v1/check", tt.body)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.status == 200 {
				return
			}
			if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("content type %q", kind)
			}
			field, _ := v["field"].(string)
			if field != tt.field || !strings.Contains(fmt.Sprint(v["detail"]), tt.field) || v["status"] != float64(tt.status) {
				t.Errorf("problem %v, want one that names the field %q", v, tt.field)
			}
		})
	}
	if n := l.Stats().Requests(); n != 5 {
		t.Errorf("%d checks counted, want the 5 good ones alone", n)
	}
}

func TestCheckTakesOnlyJSONByPost(t *testing.T) {
	l := newLab(t, nil)
	for kind, want := range map[string]int{
		"": 415, "text/plain": 415, "application/json;": 200, "Application/JSON; charset=utf-8": 200, "application/jsonx": 415,
	} {
		r := httptest.NewRequest("POST", "/v1/check", strings.NewReader(`{"payment_id":"p","user_id":"u","amount_cents":1,"currency":"EUR"}`))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		if l.handler.ServeHTTP(w, r); w.Code != want {
			t.Errorf("content type %q: %d, want %d", kind, w.Code, want)
		}
	}
	w, _ := l.do("GET", "/v1/check", "")
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d, Allow %q, want 405 and POST", w.Code, w.Header().Get("Allow"))
	}
}
