package service_test

import (
	"testing"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
)

func TestLocalSnapshotFollowsRedisAndOutlivesIt(t *testing.T) {
	l := newLab(t, func(c *service.Config) { c.Strategy = "local-snapshot" })
	copied := func() map[string]any {
		c, _ := l.mustDo(t, "GET", "/control/state", "")["copy"].(map[string]any)
		return c
	}
	l.mustDo(t, "POST", "/control/refresh", "")
	eventually(t, "a copy of what is published", func() bool { c := copied(); return c != nil && c["version"] != "" })
	if c := copied(); c["users"] != float64(riskyUsers) || c["bytes"].(float64) < 12*riskyUsers || !(l.CopyAge() >= 0) {
		t.Errorf("copy %v confirmed %v s ago, want %d users", c, l.CopyAge(), riskyUsers)
	}
	l.mustCheck(t, riskyUsers-1)
	l.mustCheck(t, riskyUsers)

	store, err := riskyusers.Open(l.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.SetActive(t.Context(), riskyUsers/2); err != nil {
		t.Fatal(err)
	}
	l.mustDo(t, "POST", "/control/refresh", "")
	eventually(t, "the new copy", func() bool { return copied()["users"] == float64(riskyUsers/2) })

	l.redis.Stop()
	if code, v := l.check(riskyUsers/2 - 1); code != 200 || v["risky"] != true {
		t.Errorf("with Redis away: %d %v", code, v)
	}
	l.mustDo(t, "PUT", "/control/strategy", `{"name":"list-scan"}`)
	if age := l.CopyAge(); age == age {
		t.Errorf("list-scan has a copy, %v s old", age)
	}
}
