package service_test

import (
	"testing"
	"time"

	"github.com/leakline/leakline/checker/service"
)

// Its connections run out by its own fault; a switch to another strategy gives
// them back, and nothing hangs meanwhile.
func TestUnclosedRowsEndInAnOutageThatASwitchEnds(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Strategy, c.RowPatience = "unclosed-rows", 100*time.Millisecond })
	l.mustDo(t, "POST", "/control/refresh", "")
	l.mustCheck(t, riskyUsers) // an innocent user costs nothing
	var last int
	for i := range 6 {
		last, _ = l.check(i)
	}
	if last != 503 {
		t.Errorf("status %d for the sixth risky user, want 503: four connections are held", last)
	}
	for range 2 {
		l.mustDo(t, "PUT", "/control/strategy", `{"name":"redis-sismember"}`)
		l.mustCheck(t, 0)
		l.mustDo(t, "PUT", "/control/strategy", `{"name":"unclosed-rows"}`)
		l.mustCheck(t, 0)
	}
}
