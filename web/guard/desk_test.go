package guard_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/web/guard"
)

func TestTheDeskHasOneHolder(t *testing.T) {
	now := time.Date(2026, 1, 1, 14, 3, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	var d guard.Desk
	claim := func(session string) bool {
		t.Helper()
		err := d.Claim(session, now)
		var taken *guard.TakenError
		if err != nil && (!errors.As(err, &taken) || !strings.Contains(err.Error(), "the desk since 1")) {
			t.Fatalf("Claim: %v, want a TakenError that says since when", err)
		}
		return err == nil
	}
	if got := d.State("anna", now); got != (guard.DeskState{}) {
		t.Errorf("at first: %+v, want a free desk", got)
	}
	d.Heard("anna", now)
	if d.State("anna", now).Taken {
		t.Error("looking takes the desk")
	}
	if !claim("anna") || !claim("anna") || claim("ben") {
		t.Fatal("the first who changes something has the desk, and the second has not")
	}
	if a, b := d.State("anna", now), d.State("ben", now); !a.Yours || b.Yours || !b.Taken || !b.Since.Equal(now) {
		t.Errorf("anna sees %+v, ben %+v", a, b)
	}

	now = now.Add(4 * time.Minute)
	d.Heard("ben", now)
	d.Heard("anna", now)
	now = now.Add(4 * time.Minute)
	if claim("ben") {
		t.Error("four minutes of silence free the desk")
	}
	d.TakeOver("ben", now)
	if claim("anna") || !claim("ben") {
		t.Error("who takes over has not got the desk")
	}

	left := d.Follow("ben", clock)
	now = now.Add(time.Hour)
	if claim("anna") {
		t.Error("the desk of one who follows the stream is free")
	}
	left()
	now = now.Add(5*time.Minute - time.Second)
	if claim("anna") {
		t.Error("the desk is free before five minutes of silence are over")
	}
	now = now.Add(time.Second)
	if d.State("ben", now).Taken || !claim("anna") || claim("ben") {
		t.Error("five minutes of silence do not free the desk")
	}
}

// A stream that was opened before its session came to the desk counts as well.
func TestAStreamOpenedBeforeCounts(t *testing.T) {
	now := time.Date(2026, 1, 1, 14, 3, 0, 0, time.UTC)
	var d guard.Desk
	first := d.Follow("anna", func() time.Time { return now })
	second := d.Follow("anna", func() time.Time { return now })
	if err := d.Claim("anna", now); err != nil {
		t.Fatal(err)
	}
	first()
	now = now.Add(time.Hour)
	if d.Claim("ben", now) == nil {
		t.Error("the desk is free while a stream of its holder is open")
	}
	second()
	now = now.Add(time.Hour)
	if err := d.Claim("ben", now); err != nil {
		t.Error(err)
	}
}
