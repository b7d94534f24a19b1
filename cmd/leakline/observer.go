package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/archive"
	"github.com/leakline/leakline/web"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/audit"
	"github.com/leakline/leakline/web/guard"
)

// An observer is what lab and attach have in common: a folder, an archive, the
// doors and what is behind them.
type observer struct {
	flags    observerFlags
	tokens   guard.Tokens
	listener net.Listener
	dir      string
	api      *api.API // without targets; the command brings them
	audit    *audit.Log
	log      *slog.Logger
	stdout   io.Writer
	undo     []func() // in reverse
}

// newObserver opens everything; close gives it back.
func newObserver(f observerFlags, stdout, stderr io.Writer) (_ *observer, err error) {
	o := &observer{flags: f, log: newLogger(stderr, f.debug), stdout: stdout}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	if o.tokens, err = f.tokens(); err != nil {
		return nil, err
	}
	dir, remove, err := f.openDataDir()
	if err != nil {
		return nil, err
	}
	o.dir, o.undo = dir, append(o.undo, remove)
	if o.listener, err = f.bind(); err != nil {
		return nil, err
	}
	o.undo = append(o.undo, func() { o.listener.Close() })
	kept, err := archive.Open(filepath.Join(dir, "snapshots"), archive.Config{Log: o.log})
	if err != nil {
		return nil, err
	}
	o.undo = append(o.undo, func() { kept.Close() })
	graphs, err := archive.Open(filepath.Join(dir, "heapgraphs"), archive.Config{MaxCount: 50, Log: o.log})
	if err != nil {
		return nil, err
	}
	o.undo = append(o.undo, func() { graphs.Close() })
	o.audit = audit.Open(filepath.Join(dir, "audit.jsonl"))
	started := time.Now()
	o.api = &api.API{Epoch: newEpoch(started), Started: started, Archive: kept, Graphs: graphs}
	return o, nil
}

func (o *observer) close() {
	for i := len(o.undo) - 1; i >= 0; i-- {
		o.undo[i]()
	}
}

// A fact is a line at the start.
type fact struct{ name, value string }

// run prints the ways in and serves until ctx ends or a part does.
func (o *observer) run(ctx context.Context, facts []fact, parts ...part) error {
	var door roomDoor
	if o.flags.share != "" {
		var err error
		if door, err = o.openRoom(o.flags.share); err != nil {
			return err
		}
		parts = append(parts, door.serve)
	}
	server, err := o.newServer(guard.Config{Tokens: o.tokens, Hosts: hosts(o.listener)}, door.link)
	if err != nil {
		return err
	}
	parts = append(parts, func(ctx context.Context) error { return server.Serve(ctx, o.listener) })
	for _, t := range o.api.Targets.All() {
		parts = append(parts, func(ctx context.Context) error { return o.api.PublishStates(ctx, t) })
		if t.Room != nil {
			parts = append(parts, func(ctx context.Context) error { return api.PublishRoom(ctx, t) })
		}
	}
	links := newLinks(o.listener, o.tokens)
	o.print(links, facts)
	if door.link != "" {
		if err := door.print(o.stdout); err != nil {
			return err
		}
	}
	fmt.Fprintln(o.stdout, "Ctrl-C ends everything.")
	if o.flags.open {
		if err := openBrowser(o.dir, links.instructor); err != nil {
			return err
		}
	}
	return runAll(ctx, parts...)
}

func (o *observer) print(l links, facts []fact) {
	fmt.Fprintf(o.stdout, "\n  instructor  %s\n  viewer      %s\n\n", l.instructor, l.viewer)
	kept := o.flags.dataDir
	if kept == "" {
		kept = "temporary, removed at the end (--data-dir keeps it)"
	}
	for _, f := range append(facts, fact{"data", kept}) {
		fmt.Fprintf(o.stdout, "  %-10s  %s\n", f.name, f.value)
	}
	fmt.Fprintln(o.stdout)
}

// newServer wires a server; invite is the room's link, for the instructor's door.
func (o *observer) newServer(doors guard.Config, invite string) (*web.Server, error) {
	g, err := guard.New(doors)
	if err != nil {
		return nil, err
	}
	cfg := web.Config{API: o.api, Guard: g, Log: o.log, Audit: o.audit, Plain: doors.ViewerOnly, Invite: invite}
	if o.flags.debugSelf && !doors.ViewerOnly {
		cfg.Self = agent.Handler(agent.Config{})
	}
	return web.New(cfg)
}

// A roomDoor is the room network's way in.
type roomDoor struct {
	link  string // with the viewers' token: for the terminal and the instructor's page alone
	serve part
}

// openRoom lets the room's network in, as viewers.
func (o *observer) openRoom(address string) (roomDoor, error) {
	l, err := listenShare(address)
	if err != nil {
		return roomDoor{}, err
	}
	server, err := o.newServer(guard.Config{Tokens: o.tokens, Hosts: l.addresses, ViewerOnly: true}, "")
	if err != nil {
		l.Close()
		return roomDoor{}, err
	}
	return roomDoor{l.link(o.tokens.Viewer), func(ctx context.Context) error { return server.Serve(ctx, l) }}, nil
}

func (d roomDoor) print(w io.Writer) error {
	fmt.Fprintf(w, "  room        %s\n              plain HTTP: anybody on this network can read along\n\n", d.link)
	if err := printQR(w, d.link); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return nil
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

func newLogger(w io.Writer, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
