package drill

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// HearHangups has the children of a test end by SIGHUP even under nohup: what a
// process ignores its children ignore too, what it catches they do not.
func HearHangups(t *testing.T) {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(heard) })
}
