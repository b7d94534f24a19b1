package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/guard"
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

// runLab wires the observer and runs it until ctx ends.
func runLab(ctx context.Context, f labFlags, stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	tokens, err := f.tokens()
	if err != nil {
		return err
	}
	log := newLogger(stderr, f.debug)
	dir, remove, err := f.openDataDir()
	if err != nil {
		return err
	}
	defer remove()
	listener, err := f.bind()
	if err != nil {
		return err
	}
	defer listener.Close()
	kept, err := archive.Open(filepath.Join(dir, "snapshots"), archive.Config{Log: log})
	if err != nil {
		return err
	}
	defer kept.Close()
	executable, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding our own binary: %w", err)
	}

	started := time.Now()
	epoch := newEpoch(started)
	hub := live.NewHub(live.Config{Epoch: epoch, Target: lab.TargetID})
	var server *web.Server
	f.lab.Executable, f.lab.DataDir, f.lab.Epoch, f.lab.Archive, f.lab.Log = executable, dir, epoch, kept, log
	f.lab.Sink, f.lab.OnState = hub, func() { server.StateChanged() }
	fmt.Fprintln(stderr, "leakline: starting Redis, the database and the checker …")
	patient, err := lab.New(ctx, f.lab)
	if err != nil {
		return err
	}
	defer patient.Close()
	doors, err := guard.New(guard.Config{Tokens: tokens, Hosts: hosts(listener)})
	if err != nil {
		return err
	}
	server, err = web.New(web.Config{
		API:   &api.API{Epoch: epoch, Started: started, Lab: patient, Archive: kept, Hub: hub},
		Guard: doors, Hub: hub, Log: log,
	})
	if err != nil {
		return err
	}
	links := newLinks(listener, tokens)
	links.print(stdout, patient.State(), f.dataDir)
	if f.open {
		if err := openBrowser(dir, links.instructor); err != nil {
			return err
		}
	}
	return runBoth(ctx, patient.Run, func(ctx context.Context) error { return server.Serve(ctx, listener) })
}

// runBoth runs two parts until ctx ends or one of them does, waits for both,
// and returns the first error.
func runBoth(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		running sync.WaitGroup
		once    sync.Once
		first   error
	)
	for _, part := range parts {
		running.Go(func() {
			err := part(ctx)
			once.Do(func() { first = err })
			cancel()
		})
	}
	running.Wait()
	return first
}

// links are the two ways in.
type links struct{ instructor, viewer string }

func newLinks(l net.Listener, tokens guard.Tokens) links {
	link := func(token string) string {
		return (&url.URL{
			Scheme: "http", Host: l.Addr().String(), Path: "/", RawQuery: url.Values{"token": {token}}.Encode(),
		}).String()
	}
	return links{link(tokens.Instructor), link(tokens.Viewer)}
}

func (l links) print(w io.Writer, s lab.State, dataDir string) {
	fmt.Fprintf(w, "\n  instructor  %s\n  viewer      %s\n\n", l.instructor, l.viewer)
	if dataDir == "" {
		dataDir = "temporary, removed at the end (--data-dir keeps it)"
	}
	fmt.Fprintf(w, "  redis       %s\n  database    %s\n  data        %s\n\nCtrl-C ends everything.\n", s.Redis, s.Database, dataDir)
}

func newLogger(w io.Writer, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
