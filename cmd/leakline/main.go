// Command leakline shows a Go service's memory live, names the line that
// leaks, and proves that the fix worked.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// Exit codes that scripts rely on.
const (
	exitOK    = 0
	exitFault = 1 // a fault was found
	exitUsage = 2 // usage or I/O error
)

func main() {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "checker":
		runtime.MemProfileRate = 64 << 10 // before anything is allocated that counts
	case len(os.Args) > 1 && os.Args[1] == "diff":
		runtime.MemProfileRate = 0 // it is over before anybody could ask
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := newCommand().ExecuteContext(ctx)
	var found *faultFound
	switch {
	case err == nil:
		os.Exit(exitOK)
	case errors.As(err, &found):
		os.Exit(exitFault)
	}
	fmt.Fprintln(os.Stderr, "leakline:", err)
	os.Exit(exitUsage)
}
