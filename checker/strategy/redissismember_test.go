package strategy_test

import (
	"testing"

	"github.com/leakline/leakline/checker"
)

func TestRedisSIsMember(t *testing.T) {
	published := []string{"a", "b", checker.Sentinel}
	tests := []struct {
		name    string
		world   world
		user    string
		risky   bool
		lookups int // in SQL
	}{
		{"a risky user", world{sentinel: true, set: published}, "b", true, 0},
		{"an innocent user", world{sentinel: true, set: published, risky: []string{"c"}}, "c", false, 0},
		{"an emptied Redis asks SQL", world{sentinel: true, risky: []string{"b"}}, "b", true, 1},
		{"a Set without its sentinel asks SQL", world{sentinel: true, set: []string{"a"}, risky: []string{"b"}}, "b", true, 1},
		{"Redis down asks SQL", world{sentinel: true, memberErr: errDown, risky: []string{"b"}}, "b", true, 1},
		{"the lesson's Set", world{set: []string{"a", "b"}}, "b", true, 0},
		{"the lesson's Set, emptied, clears everybody", world{risky: []string{"b"}}, "b", false, 0},
		{"the lesson's Set with Redis down asks SQL", world{memberErr: errDown, risky: []string{"b"}}, "b", true, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.world
			risky, err := w.start(t, "redis-sismember").Check(t.Context(), checker.Payment{UserID: tt.user})
			if err != nil || risky != tt.risky {
				t.Errorf("risky: %v, %v, want %v", risky, err, tt.risky)
			}
			if w.lookups != tt.lookups || w.selects != 0 || w.setsBuilt != 0 {
				t.Errorf("%d lookups, %d SELECTs, %d Sets built, want %d, 0, 0", w.lookups, w.selects, w.setsBuilt, tt.lookups)
			}
		})
	}
}

func TestRedisSIsMemberClosesWhatItOpened(t *testing.T) {
	var w world
	if err := w.start(t, "redis-sismember").Close(); err != nil {
		t.Fatal(err)
	}
	if w.opened != 1 || w.closed != 1 {
		t.Errorf("opened %d, closed %d times, want once each", w.opened, w.closed)
	}
}
