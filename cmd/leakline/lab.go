package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/live"
)

func newLabCommand() *cobra.Command {
	var f labFlags
	c := &cobra.Command{
		Use: "lab", Short: "training lab: the checker under load beside its dashboard (the default command)",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f.listenGiven = c.Flags().Changed("listen")
			return runLab(c.Context(), f, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f.register(c.Flags())
	return c
}

// runLab wires the observer over a lab and runs both until ctx ends.
func runLab(ctx context.Context, f labFlags, stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	executable, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding our own binary: %w", err)
	}
	o, err := newObserver(f.observerFlags, stdout, stderr)
	if err != nil {
		return err
	}
	defer o.close()
	hub := live.NewHub(live.Config{Epoch: o.api.Epoch, Target: lab.TargetID})
	var shown *api.Target
	f.lab.Executable, f.lab.DataDir, f.lab.Epoch, f.lab.Archive, f.lab.Log = executable, o.dir, o.api.Epoch, o.api.Archive, o.log
	f.lab.Sink, f.lab.OnState = hub, func() { shown.StateChanged() }
	f.lab.Graphs, f.lab.OnGraph = o.api.Graphs, o.api.Analysed
	f.lab.OnVerdict = func(v verdict.Verdict) { shown.PublishVerdict(v) }
	fmt.Fprintln(stderr, "leakline: starting Redis, the database and the checker …")
	patient, err := lab.New(ctx, f.lab)
	if err != nil {
		return err
	}
	defer patient.Close()
	shown = api.LabTarget(patient, hub)
	o.api.Targets.Add(shown)
	state := patient.State()
	return o.run(ctx, []fact{{"redis", state.Redis}, {"database", state.Database}}, patient.Run)
}
