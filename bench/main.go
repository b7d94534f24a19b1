// Command bench measures leakline beside its peers, each figure as a ratio
// within one run, and prints a table in Markdown. It is a module of its own so
// that peers stay out of the product's go.mod.
//
// Servers run in child processes of this binary, so that what they cost is the
// operating system's account of one process and not a guess.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if len(os.Args) > 2 && os.Args[1] == "serve" {
		err = serve(ctx, os.Args[2])
	} else {
		err = measure(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A row is one line of the table.
type row struct{ what, peer, ours, theirs, ratio, aim string }

// measure runs every comparison and prints what came of it.
func measure(ctx context.Context) error {
	fmt.Println("| what | ours | peer | peer's | ratio | aim |\n|---|---|---|---|---|---|")
	for _, m := range []func(context.Context) ([]row, error){viewers, class, watched, lookup, checks, switches, diffs, leaks, posts, ticks, cold} {
		rows, err := m(ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			fmt.Printf("| %s | %s | %s | %s | %s | %s |\n", r.what, r.ours, r.peer, r.theirs, r.ratio, r.aim)
		}
	}
	return nil
}
