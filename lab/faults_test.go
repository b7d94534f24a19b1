package lab_test

import (
	"errors"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
)

func TestFaultsOutliveTheProcess(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	want := lab.Faults{
		Redis: lab.RedisUp, RedisLatencyMS: 2, SQLLatencyMS: 5, SetExLatencyMS: 7, CheckTimeoutMS: 0,
		Updater: "naive", UpdaterIntervalMS: 500, UpdaterStepMS: 20, AuditEvery: 3,
	}
	got, err := s.SetFaults(t.Context(), lab.FaultsChange{
		RedisLatencyMS: ptr(int64(2)), SQLLatencyMS: ptr(int64(5)), SetExLatencyMS: ptr(int64(7)), CheckTimeoutMS: ptr(int64(0)),
		Updater: ptr("naive"), UpdaterIntervalMS: ptr(int64(500)), UpdaterStepMS: ptr(int64(20)), AuditEvery: ptr(int64(3)),
	}, "instructor")
	if err != nil || got != want {
		t.Fatalf("SetFaults = %+v, %v, want %+v", got, err, want)
	}
	if err := s.Expire(t.Context(), "instructor"); err != nil {
		t.Errorf("Expire: %v", err)
	}
	s.Restart("instructor")
	s.watched(t, 2)
	if got := s.State().Faults; got != want {
		t.Errorf("after a restart %+v, want %+v", got, want)
	}
	for _, c := range []lab.FaultsChange{{SQLLatencyMS: ptr(int64(-1))}, {CheckTimeoutMS: ptr(int64(600_001))}, {Updater: ptr("best")}, {Redis: ptr("tired")}, {AuditEvery: ptr(int64(0))}} {
		if got, err := s.SetFaults(t.Context(), c, "instructor"); !errors.Is(err, lab.ErrInvalid) || got != want {
			t.Errorf("SetFaults(%+v) = %+v, %v, want it refused and all as it was", c, got, err)
		}
	}
	if got := s.marks(profiler.MarkNote); got != "note, note" {
		t.Errorf("marks %q, want one for the faults and one for the expiry", got)
	}
	if err := s.Reset(t.Context(), "instructor"); err != nil {
		t.Fatal(err)
	}
	s.watched(t, 3)
	if got := s.State().Faults; got != (lab.Faults{Redis: lab.RedisUp, CheckTimeoutMS: 250, Updater: "atomic", UpdaterIntervalMS: 60_000, AuditEvery: 10}) {
		t.Errorf("after a reset %+v, want none", got)
	}
}

// Each way in which Redis fails shows in what the checks meet, and passes.
func TestRedisIsDisturbed(t *testing.T) {
	cfg := config(t)
	cfg.Strategy = "redis-sismember"
	s := run(t, cfg)
	s.watched(t, 1)
	for _, way := range []string{lab.RedisFrozen, lab.RedisDown} {
		if _, err := s.SetFaults(t.Context(), lab.FaultsChange{Redis: &way}, "instructor"); err != nil {
			t.Fatal(err)
		}
		if got := s.State().Faults.Redis; got != way {
			t.Errorf("Redis is %s, want %s", got, way)
		}
		if err := s.Expire(t.Context(), "instructor"); err == nil {
			t.Errorf("a Redis that is %s dropped the list", way)
		}
		if got := s.decidedBy(t); got != "redis-sismember" {
			t.Errorf("Redis %s: decided by %q, want SQL to be asked instead", way, got)
		}
	}
	up := lab.RedisUp
	if _, err := s.SetFaults(t.Context(), lab.FaultsChange{Redis: &up}, "instructor"); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "a Redis that drops the list", func() bool { return s.Expire(t.Context(), "instructor") == nil })
}

func TestSomebodysRedisIsNotDisturbed(t *testing.T) {
	cfg := config(t)
	cfg.Redis = "redis://" + miniredis.RunT(t).Addr()
	s := run(t, cfg)
	for _, c := range []lab.FaultsChange{{Redis: ptr("down")}, {RedisLatencyMS: ptr(int64(5))}} {
		if _, err := s.SetFaults(t.Context(), c, "instructor"); !errors.Is(err, lab.ErrForeign) {
			t.Errorf("SetFaults(%+v): %v, want ErrForeign", c, err)
		}
	}
	if _, err := s.SetFaults(t.Context(), lab.FaultsChange{SQLLatencyMS: ptr(int64(1))}, "instructor"); err != nil {
		t.Errorf("another fault: %v", err)
	}
	if err := s.Reset(t.Context(), "instructor"); err != nil {
		t.Errorf("Reset: %v", err)
	}
}
