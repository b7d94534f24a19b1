package target

import (
	"testing"
	"time"
)

const leastPause = 5 * time.Second

func dear(took time.Duration) time.Duration { return time.Duration(float64(took) / attachShare) }

func TestOneLateAnswerDoesNotSilenceUs(t *testing.T) {
	var th thrift
	for i, answer := range []struct{ took, cost, want time.Duration }{
		{time.Millisecond, time.Millisecond, leastPause},
		{2 * time.Second, time.Millisecond, leastPause}, // a stalled machine
		{2 * time.Millisecond, 2 * time.Millisecond, leastPause},
		{100 * time.Millisecond, 100 * time.Millisecond, dear(100 * time.Millisecond)}, // it has come to cost more
		{110 * time.Millisecond, 110 * time.Millisecond, dear(110 * time.Millisecond)},
	} {
		if cost, got := th.pause(leastPause, answer.took); got != answer.want || cost != answer.cost {
			t.Errorf("answer %d, of %v: %v, a pause of %v, want %v and %v", i, answer.took, cost, got, answer.cost, answer.want)
		}
	}
	if _, got := new(thrift).pause(leastPause, 500*time.Millisecond); got != dear(500*time.Millisecond) {
		t.Errorf("a first answer of half a second: a pause of %v, want what it would cost", got)
	}
}

func TestAnswersThatAreOftenLateArePaidFor(t *testing.T) {
	var th thrift
	var took, waited time.Duration
	for i := range 200 {
		answer := time.Millisecond
		if i%2 == 1 {
			answer = time.Second
		}
		_, wait := th.pause(leastPause, answer)
		took, waited = took+answer, waited+wait
	}
	if share := took.Seconds() / waited.Seconds(); share > 1.2*attachShare {
		t.Errorf("answering takes %.2f %% of the time, want %.2f %%", 100*share, 100*attachShare)
	}
}
