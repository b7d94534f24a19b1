package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/checker/strategy"
)

const (
	defaultRedis  = "redis://127.0.0.1:6379"
	defaultPrefix = "leakline:"
)

// fleetFlags are the flags of leakline fleet's commands.
type fleetFlags struct {
	redis, prefix, name string
	asJSON              bool
	by                  string
	wait                time.Duration
}

func newFleetCommand() *cobra.Command {
	var f fleetFlags
	c := &cobra.Command{
		Use: "fleet", Short: "the checkers that share a Redis: who they are, and how all of them decide",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	flags := c.PersistentFlags()
	flags.StringVar(&f.redis, "redis", defaultRedis, "URL of Redis, or host:port,host:port of a Cluster")
	flags.StringVar(&f.prefix, "redis-prefix", defaultPrefix, "before every key in Redis")
	flags.StringVar(&f.name, "fleet", fleet.DefaultName, "which fleet")
	status := &cobra.Command{
		Use: "status", Short: "list the checkers and who is behind; exit code 1 when somebody is",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runFleetStatus(c, f) },
	}
	status.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	change := &cobra.Command{
		Use: "switch STRATEGY", Short: "have every checker decide by a strategy, those that start later too",
		Long: "Orders the strategy for every checker of the fleet, waits for them to apply it, and lists who has not.\n" +
			"Exit code 1 means that somebody has not.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runFleetSwitch(c, f, args[0]) },
	}
	change.Flags().StringVar(&f.by, "by", "", "who orders it, for the others to read (default user and host)")
	change.Flags().DurationVar(&f.wait, "wait", 10*time.Second, "how long to wait for the checkers to apply it; 0 for not at all")
	c.AddCommand(status, change)
	return c
}

func runFleetStatus(c *cobra.Command, f fleetFlags) error {
	which, err := fleet.Open(f.redis, f.prefix, f.name)
	if err != nil {
		return err
	}
	defer which.Close()
	m, err := take(c.Context(), which)
	if err != nil {
		return err
	}
	if err := m.print(c.OutOrStdout(), f.asJSON, time.Now()); err != nil {
		return err
	}
	if m.behind() > 0 {
		return &faultFound{}
	}
	return nil
}

func runFleetSwitch(c *cobra.Command, f fleetFlags, name string) error {
	var known []string
	for _, spec := range strategy.Catalog() {
		known = append(known, spec.Name)
	}
	if !slices.Contains(known, name) {
		return fmt.Errorf("%q is no strategy: want one of %s", name, strings.Join(known, ", "))
	}
	if f.by == "" {
		f.by = whoAmI()
	}
	which, err := fleet.Open(f.redis, f.prefix, f.name)
	if err != nil {
		return err
	}
	defer which.Close()
	order, err := which.Order(c.Context(), name, f.by)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "generation %d of fleet %s is %s\n", order.Generation, f.name, name)
	if f.wait <= 0 {
		return nil
	}
	m, err := awaitFleet(c.Context(), which, order, f.wait)
	if err != nil {
		return err
	}
	if m.Latest.Generation < order.Generation {
		return fmt.Errorf("Redis has lost generation %d, as it does when a replica takes over too early: order %s again", order.Generation, name)
	}
	if n := m.behind(); n > 0 {
		fmt.Fprintf(c.OutOrStdout(), "%d of %s behind after %v\n", n, checkers(len(m.Members)), f.wait)
		if silent := m.silent(); len(silent) > 0 {
			fmt.Fprintf(c.OutOrStdout(), "not heard of, and may decide by another strategy: %s\n", strings.Join(silent, ", "))
		}
		fmt.Fprintln(c.OutOrStdout())
		if err := m.print(c.OutOrStdout(), false, time.Now()); err != nil {
			return err
		}
		return &faultFound{}
	}
	fmt.Fprintf(c.OutOrStdout(), "applied by %s\n", checkers(len(m.Members)))
	return nil
}

// awaitFleet looks until the order stands and nobody is behind, or for so long.
func awaitFleet(ctx context.Context, f *fleet.Fleet, order fleet.Order, within time.Duration) (muster, error) {
	for began := time.Now(); ; {
		m, err := take(ctx, f)
		done := m.Latest.Generation >= order.Generation && m.behind() == 0
		if err != nil || done || time.Since(began) > within {
			return m, err
		}
		select {
		case <-ctx.Done():
			return muster{}, errors.New("interrupted; the order stands")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// whoAmI is what others read of whoever runs this.
func whoAmI() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}
