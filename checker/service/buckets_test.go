package service_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/leakline/leakline/checker/service"
)

func TestChecksByBuckets(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Buckets, c.Strategy = 16, "redis-sismember" })
	l.mustDo(t, "POST", "/control/refresh", "")
	if v := l.mustDo(t, "GET", "/control/state", ""); v["buckets"] != 16.0 || v["risky_users"] != float64(riskyUsers) {
		t.Errorf("the state says %v", v)
	}
	l.hideTable(t) // so that Redis alone can answer
	for i := range 2 * riskyUsers {
		l.mustCheck(t, i)
	}
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"local-snapshot"}`)
	eventually(t, "a copy", func() bool { code, _ := l.check(0); return code == http.StatusOK })
	for i := range 2 * riskyUsers {
		l.mustCheck(t, i)
	}
	if got := l.scrape(t); !strings.Contains(got, "leakline_checker_published_buckets 16\n") ||
		!strings.Contains(got, "leakline_checker_publication_duration_seconds ") {
		t.Error("/metrics lacks the buckets and how long it took to fill them")
	}
	if w, v := l.do("PUT", "/control/updater", `{"kind":"naive"}`); w.Code != http.StatusBadRequest || v["field"] != "kind" {
		t.Errorf("the lesson's updater for 16 buckets: %d %v, want 400 naming the field", w.Code, v)
	}
}

func TestNewRefusesAnOddNumberOfBuckets(t *testing.T) {
	if _, err := service.New(service.Config{Buckets: 3}); err == nil || !strings.Contains(err.Error(), "3 buckets") {
		t.Errorf("three buckets: %v, want a refusal", err)
	}
}
