package riskyusers_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
)

// updaterOf makes the test binary an updater: Redis and database, with a line
// end between them.
const updaterOf = "LEAKLINE_TEST_UPDATER_OF"

// beUpdater publishes until the process is ended.
func beUpdater(what string) error {
	addr, dsn, _ := strings.Cut(what, "\n")
	store, err := riskyusers.Open(dsn)
	if err != nil {
		return err
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1})
	g := stage{store: store}
	return g.another(rdb, "a child").Run(context.Background())
}

// child starts such a process, whose turn it is when child returns.
func (g *stage) child(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), updaterOf+"="+g.server.Addr+"\n"+g.dsn)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	eventually(t, "the child's turn", func() bool {
		owner, _ := riskyusers.ParseLock(g.rdb.Get(t.Context(), prefix+checker.UpdaterKey).Val())
		return owner == "a child"
	})
	return cmd
}

func TestADeadUpdaterIsReplaced(t *testing.T) {
	g := newStage(t, 50, riskyusers.Settings{})
	cmd := g.child(t)
	u := g.another(g.rdb, "next")
	start(t, u)
	eventually(t, "the child to be noticed", func() bool { return u.Status().HeldBy == "a child" })
	if u.Status().Ours {
		t.Error("it is the turn of both")
	}
	cmd.Process.Kill()
	eventually(t, "the next one's publication", func() bool { return !u.Status().At.IsZero() })
}
