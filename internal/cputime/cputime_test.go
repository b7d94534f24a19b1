package cputime_test

import (
	"testing"
	"time"

	"github.com/leakline/leakline/internal/cputime"
)

func TestWorkIsCounted(t *testing.T) {
	var m cputime.Meter
	before, known := m.Seconds()
	if !known {
		t.Fatal("the CPU time of this process is not known")
	}
	for deadline := time.Now().Add(10 * time.Second); ; {
		if now, _ := m.Seconds(); now >= before+0.05 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("ten seconds of work count as less than 50 ms")
		}
	}
	if n := testing.AllocsPerRun(100, func() { m.Seconds() }); n != 0 {
		t.Errorf("reading it allocates %v times, want never", n)
	}
}
