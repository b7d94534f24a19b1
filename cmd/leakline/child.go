package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/agent"
)

// newChildCommand holds what the lab runs as its children. They are told what
// to do through stdin and end when it closes.
func newChildCommand() *cobra.Command {
	c := &cobra.Command{Use: "child", Hidden: true}
	c.AddCommand(
		&cobra.Command{Use: "checker", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			return runChecker(c.Context())
		}},
		&cobra.Command{Use: "fenced", Args: cobra.ExactArgs(2), RunE: func(_ *cobra.Command, args []string) error {
			return lab.Fenced(args[0], args[1])
		}},
		&cobra.Command{Use: "redis", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
			return lab.RunRedis(c.Context(), os.Stdin, os.Stdout)
		}},
	)
	return c
}

// dumpTo is the pipe that the lab has passed on, nil for none.
func dumpTo(descriptor int) *os.File {
	if descriptor == 0 {
		return nil
	}
	return os.NewFile(uintptr(descriptor), "heap dumps")
}

// labsOwn names the updater of whatever life of this lab's child, so that the
// next one need not wait for the lock of the one before.
func labsOwn() string {
	host, _ := os.Hostname() // without it, the process alone must do
	return fmt.Sprintf("lab %s %d", host, os.Getppid())
}

// runChecker is the lab's patient.
func runChecker(ctx context.Context) error {
	var cfg lab.CheckerConfig
	ctx, err := lab.InChild(ctx, os.Stdin, &cfg)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	svc, err := newService(service.Config{
		Redis: cfg.Redis, KeyPrefix: cfg.KeyPrefix, Database: cfg.Database, Strategy: cfg.Strategy,
		Updater: riskyusers.Settings{Kind: riskyusers.Kind(cfg.Updater)}, ControlToken: cfg.Token,
		Owner: labsOwn(),
		Log:   newLogger(os.Stderr, false),
	}, agent.Config{MemoryLimit: cfg.MemoryLimit, DumpTo: dumpTo(cfg.DumpTo)})
	if err != nil {
		return err
	}
	hello := lab.CheckerHello{URL: "http://" + listener.Addr().String()}
	if err := json.NewEncoder(os.Stdout).Encode(hello); err != nil {
		return fmt.Errorf("saying hello: %w", err)
	}
	return svc.Serve(ctx, listener)
}
