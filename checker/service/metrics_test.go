package service_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/leakline/leakline/checker/service"
)

// scrape returns what Prometheus would read.
func (l *lab) scrape(t *testing.T) string {
	t.Helper()
	w, _ := l.do("GET", "/metrics", "")
	if w.Code != 200 {
		t.Fatalf("/metrics: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Strategy = "set-per-request" })
	l.mustDo(t, "POST", "/control/refresh", "")
	l.mustCheck(t, 0)
	l.mustCheck(t, riskyUsers)
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"local-snapshot"}`)
	eventually(t, "a copy", func() bool { return strings.Contains(l.scrape(t), "leakline_checker_copy_users 200\n") })
	l.redis.Stop()
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"redis-sismember"}`)
	l.mustCheck(t, 0)

	got := l.scrape(t)
	for _, want := range []string{
		"leakline_checker_checks_total 3\n",
		"leakline_checker_check_errors_total 0\n",
		"leakline_checker_checks_in_flight 0\n",
		"leakline_checker_check_duration_seconds_count 3\n",
		`leakline_checker_check_duration_seconds_bucket{le="+Inf"} 3` + "\n",
		"leakline_checker_sets_built_total 2\n",
		`leakline_checker_strategy_info{strategy="redis-sismember"} 1` + "\n",
		"leakline_checker_strategy_generation 3\n",
		`leakline_checker_redis_faults_total{fault="refused"} 1` + "\n",
		"leakline_checker_published_users 200\n",
		"go_goroutines ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("/metrics lacks %q", want)
		}
	}
	if strings.Contains(got, "leakline_checker_copy_users") {
		t.Error("a copy is told of, and redis-sismember has none")
	}
	problems, err := promlint.New(strings.NewReader(got)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}
}

func TestMetricsAskForTheToken(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.ControlToken = "another-token-0123456789" })
	if w, _ := l.do("GET", "/metrics", ""); w.Code != 401 {
		t.Errorf("/metrics without its token: %d, want 401", w.Code)
	}
}
