package target

import (
	"testing"
	"time"
)

func TestOneLateAnswerDoesNotSilenceUs(t *testing.T) {
	const least = 5 * time.Second
	dear := func(took time.Duration) time.Duration { return time.Duration(float64(took) / attachShare) }
	var th thrift
	for i, answer := range []struct{ took, want time.Duration }{
		{time.Millisecond, least},
		{2 * time.Second, least}, // a stalled machine
		{2 * time.Millisecond, least},
		{100 * time.Millisecond, least}, // it has come to cost more
		{110 * time.Millisecond, dear(100 * time.Millisecond)},
		{120 * time.Millisecond, dear(110 * time.Millisecond)},
	} {
		if got := th.pause(least, answer.took); got != answer.want {
			t.Errorf("answer %d, of %v: a pause of %v, want %v", i, answer.took, got, answer.want)
		}
	}
	if got := new(thrift).pause(least, 500*time.Millisecond); got != dear(500*time.Millisecond) {
		t.Errorf("a first answer of half a second: a pause of %v, want what it would cost", got)
	}
}
