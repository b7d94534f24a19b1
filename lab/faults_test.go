package lab_test

import (
	"errors"
	"testing"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
)

func TestFaultsOutliveTheProcess(t *testing.T) {
	s := run(t, config(t))
	s.watched(t, 1)
	want := lab.Faults{SQLLatencyMS: 5, SetExLatencyMS: 7, CheckTimeoutMS: 0, Updater: "naive"}
	got, err := s.SetFaults(t.Context(), lab.FaultsChange{SQLLatencyMS: ptr(int64(5)), SetExLatencyMS: ptr(int64(7)), CheckTimeoutMS: ptr(int64(0)), Updater: ptr("naive")}, "instructor")
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
	for _, c := range []lab.FaultsChange{{SQLLatencyMS: ptr(int64(-1))}, {CheckTimeoutMS: ptr(int64(600_001))}, {Updater: ptr("best")}} {
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
	if got := s.State().Faults; got != (lab.Faults{CheckTimeoutMS: 250, Updater: "atomic"}) {
		t.Errorf("after a reset %+v, want none", got)
	}
}
