package live_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/web/live"
)

// What a socket does not take at once is sent when it does, byte for byte and
// in order, and nobody else waits for it.
func TestFramesThatDoNotFitTheSocketArriveWhole(t *testing.T) {
	r := newRoom(t, live.Config{Timeout: time.Minute})
	slow, fast := r.dial(t, ""), r.dial(t, "")
	next(t, slow)
	next(t, fast)
	const frames = 40
	big := strings.Repeat("x", 500_000) // together more than the sockets between us hold
	for i := range frames {
		r.hub.State([]byte(`{"big":"` + big + `"}`))
		if f := next(t, fast); f.Seq != uint64(i+1) {
			t.Fatalf("the viewer that reads got frame %d, want %d", f.Seq, i+1)
		}
	}
	r.hub.Reading(reading(time.Now(), 1))
	for i := range frames {
		if f := next(t, slow); f.Seq != uint64(i+1) || f.Type != "state" {
			t.Fatalf("the slow viewer got %s %d, want state %d", f.Type, f.Seq, i+1)
		}
	}
	if f := next(t, slow); f.Type != "reading" || f.Seq != frames+1 {
		t.Errorf("the slow viewer got %s %d last, want reading %d", f.Type, f.Seq, frames+1)
	}
}
