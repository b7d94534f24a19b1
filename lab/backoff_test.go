package lab

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	const ms, s = time.Millisecond, time.Second
	type life struct {
		lived time.Duration
		oom   bool
		wait  time.Duration // before the next one; negative for a halt
	}
	const halt = -1
	short := func(wait time.Duration) life { return life{100 * ms, false, wait} }
	long := life{time.Hour, false, 100 * ms}
	killed := life{100 * ms, true, 100 * ms}
	tests := []struct {
		name  string
		lives []life
	}{
		{"a first short life is forgiven soon", []life{short(100 * ms)}},
		{"short lives double the wait, the sixth in a minute is the last", []life{
			short(100 * ms), short(200 * ms), short(400 * ms), short(800 * ms), short(1600 * ms), short(halt),
		}},
		{"a life that lasted starts over", []life{
			short(100 * ms), short(200 * ms), long, short(100 * ms), short(200 * ms), short(400 * ms), short(800 * ms),
			short(1600 * ms), short(halt),
		}},
		{"lives of five seconds are long enough", []life{
			{5 * s, false, 100 * ms}, {5 * s, false, 100 * ms}, {5 * s, false, 100 * ms}, {5 * s, false, 100 * ms},
			{5 * s, false, 100 * ms}, {5 * s, false, 100 * ms}, {5 * s, false, 100 * ms},
		}},
		{"running out of memory is the lesson and never counts", []life{
			killed, killed, killed, killed, killed, killed, killed, killed,
		}},
		{"nor does it count among others", []life{
			short(100 * ms), short(200 * ms), killed, short(100 * ms), short(200 * ms), short(400 * ms), short(800 * ms), short(1600 * ms),
		}},
		{"short lives that are far apart wait ever longer and go on", []life{
			{4900 * ms, false, 100 * ms}, {4900 * ms, false, 200 * ms}, {4900 * ms, false, 400 * ms},
			{4900 * ms, false, 800 * ms}, {4900 * ms, false, 1600 * ms},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b backoff
			now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
			for i, l := range tt.lives {
				now = now.Add(l.lived)
				wait, halted := b.ended(now, l.lived, l.oom)
				if halted != (l.wait == halt) || !halted && wait != l.wait {
					t.Fatalf("after life %d: wait %v, halted %v, want %v", i+1, wait, halted, l.wait)
				}
				now = now.Add(wait)
			}
		})
	}
}

// Six short lives count only within a minute; the wait stops growing at ten
// seconds.
func TestTheWaitIsBounded(t *testing.T) {
	var b backoff
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	var wait time.Duration
	for i := range 50 {
		var halted bool
		now = now.Add(20 * time.Second) // others' work in between
		if wait, halted = b.ended(now, time.Second, false); halted {
			t.Fatalf("halted after life %d, though no minute saw six", i+1)
		}
	}
	if wait != 10*time.Second {
		t.Errorf("the wait has grown to %v, want 10s", wait)
	}
	b.reset()
	if wait, _ := b.ended(now, time.Second, false); wait != 100*time.Millisecond {
		t.Errorf("after a reset the wait is %v, want 100ms", wait)
	}
}
