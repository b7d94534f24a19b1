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
	f.lab.OnVerdict = api.PublishVerdict(hub.Verdict)
	fmt.Fprintln(stderr, "leakline: starting Redis, the database and the checker …")
	patient, err := lab.New(ctx, f.lab)
	if err != nil {
		return err
	}
	defer patient.Close()
	shared := &api.API{Epoch: epoch, Started: started, Lab: patient, Archive: kept, Hub: hub}
	server, err = newServer(shared, guard.Config{Tokens: tokens, Hosts: hosts(listener)}, log)
	if err != nil {
		return err
	}
	parts := []part{
		patient.Run, server.PublishStates,
		func(ctx context.Context) error { return server.Serve(ctx, listener) },
	}
	links := newLinks(listener, tokens)
	links.print(stdout, patient.State(), f.dataDir)
	if f.share != "" {
		room, err := openRoom(f.share, shared, tokens, stdout, log)
		if err != nil {
			return err
		}
		parts = append(parts, room)
	}
	fmt.Fprintln(stdout, "Ctrl-C ends everything.")
	if f.open {
		if err := openBrowser(dir, links.instructor); err != nil {
			return err
		}
	}
	return runAll(ctx, parts...)
}

func newServer(a *api.API, doors guard.Config, log *slog.Logger) (*web.Server, error) {
	g, err := guard.New(doors)
	if err != nil {
		return nil, err
	}
	return web.New(web.Config{API: a, Guard: g, Hub: a.Hub, Log: log, Plain: doors.ViewerOnly})
}

// openRoom lets the room's network in, as viewers, and prints the way.
func openRoom(address string, a *api.API, tokens guard.Tokens, stdout io.Writer, log *slog.Logger) (part, error) {
	l, err := listenShare(address)
	if err != nil {
		return nil, err
	}
	server, err := newServer(a, guard.Config{Tokens: tokens, Hosts: l.addresses, ViewerOnly: true}, log)
	if err != nil {
		l.Close()
		return nil, err
	}
	link := l.link(tokens.Viewer)
	fmt.Fprintf(stdout, "  room        %s\n              plain HTTP: anybody on this network can read along\n\n", link)
	if err := printQR(stdout, link); err != nil {
		l.Close()
		return nil, err
	}
	fmt.Fprintln(stdout)
	return func(ctx context.Context) error { return server.Serve(ctx, l) }, nil
}

// A part runs until its context ends or it cannot go on.
type part func(context.Context) error

// runAll runs the parts until ctx ends or one of them does, waits for all, and
// returns the first error.
func runAll(ctx context.Context, parts ...part) error {
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
	fmt.Fprintf(w, "  redis       %s\n  database    %s\n  data        %s\n\n", s.Redis, s.Database, dataDir)
}

func newLogger(w io.Writer, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
