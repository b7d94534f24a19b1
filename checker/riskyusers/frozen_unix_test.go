//go:build unix

package riskyusers_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
)

func TestAFrozenUpdaterIsReplacedAndWatchesWhenItWakesUp(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	cmd := g.child(t)
	signal := func(s syscall.Signal) {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	signal(syscall.SIGSTOP)
	u := g.another(g.rdb, "next")
	start(t, u)
	eventually(t, "the next one's publication", func() bool { return !u.Status().At.IsZero() })
	fence := func() uint64 { return riskyusers.FenceOf(g.rdb.Get(t.Context(), prefix+checker.VersionKey).Val()) }
	now := fence()
	signal(syscall.SIGCONT)
	for end := time.Now().Add(2 * testLife); time.Now().Before(end); { // it is awake and asks each half second; the other publishes meanwhile
		at := u.Status().At
		eventually(t, "a publication", func() bool { return u.Status().At.After(at) })
		if got := fence(); got != now {
			t.Fatalf("the fence has gone from %d to %d: the one that woke up has published", now, got)
		}
	}
	if !u.Status().Ours {
		t.Error("the one that woke up has taken the turn")
	}
}
