package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/live"
)

// attachFlags are the flags of leakline attach.
type attachFlags struct {
	observerFlags
	gc       bool
	userCode string
	authFile string
}

// maxAttached bounds how many services are watched: each takes 8 MB here for its
// history and 1 MB for the frames of its stream.
const maxAttached = 100

func newAttachCommand() *cobra.Command {
	var f attachFlags
	c := &cobra.Command{
		Use: "attach URL...", Short: "dashboard for running services: charts, snapshots, diffs and a verdict on each",
		Long: "Watches services that serve net/http/pprof, and nothing else, and shows them live. What they tell besides (the agent\n" +
			"of leakline, expvar, Prometheus' /metrics) makes the charts finer. No collection is forced, unless by the button or --gc.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > maxAttached {
				return fmt.Errorf("%d services are named: want 1 to %d, such as http://localhost:6060", len(args), maxAttached)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			f.listenGiven = c.Flags().Changed("listen")
			return runAttach(c.Context(), args, f, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f.observerFlags.register(c.Flags())
	c.Flags().BoolVar(&f.gc, "gc", false, "force a collection before each look at a heap: the floor is exact then")
	c.Flags().StringVar(&f.userCode, "user-code", "", "regular expression of functions and files that are yours")
	c.Flags().StringVar(&f.authFile, "auth-file", "", "file with the services' bearer token, or with user:password")
	return c
}

// runAttach wires the observer over services and runs it until ctx ends.
func runAttach(ctx context.Context, urls []string, f attachFlags, stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	userCode, err := userCodeOf(f.userCode)
	if err != nil {
		return err
	}
	auth, err := authFrom(f.authFile)
	if err != nil {
		return err
	}
	strangers := make([]*target.Stranger, len(urls))
	for i, u := range urls {
		if strangers[i], err = target.NewStranger(target.StrangerConfig{URL: u, Auth: auth}); err != nil {
			return err
		}
	}
	o, err := newObserver(f.observerFlags, stdout, stderr)
	if err != nil {
		return err
	}
	defer o.close()
	var (
		facts []fact
		parts []part
		taken = make(map[string]bool)
	)
	for i, s := range strangers {
		id := newTargetID(urls[i], s.URL(), taken)
		a := o.attach(id, s, f.gc, userCode, len(urls))
		facts, parts = append(facts, fact{"watching", s.URL()}), append(parts, a.Run)
	}
	return o.run(ctx, facts, parts...)
}

// attach wires one of n services.
func (o *observer) attach(id string, s *target.Stranger, gc bool, userCode *regexp.Regexp, n int) *target.Attachment {
	var shown *api.Target
	hub := live.NewHub(live.Config{Epoch: o.api.Epoch, Target: id, MaxViewers: max(20, 2000/n)})
	w := target.NewWatch(target.WatchConfig{
		ID: id, Epoch: o.api.Epoch, Archive: o.api.Archive, Graphs: o.api.Graphs, Sink: hub,
		Verdict: func(v verdict.Verdict) { shown.PublishVerdict(v) }, UserCode: userCode, Log: o.log,
	})
	a := target.NewAttachment(target.AttachConfig{
		Stranger: s, Watch: w, GC: gc, OnLife: func() { shown.StateChanged() }, Log: o.log,
	})
	shown = api.AttachedTarget(a, w, s.URL(), hub)
	o.api.Targets.Add(shown)
	return a
}

// newTargetID names a service by its host and port, or its socket, and tells
// equal ones apart. It goes into URLs and JSON as it is.
func newTargetID(given, shown string, taken map[string]bool) string {
	_, name, _ := strings.Cut(shown, "://")
	if strings.HasPrefix(given, "unix:") {
		socket, _, _ := strings.Cut(given, ":/debug")
		name = path.Base(socket)
	}
	name = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune(`"\<>&`, r) {
			return r
		}
		return '-'
	}, strings.TrimSuffix(name, "/"))
	id := name
	for n := 2; taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", name, n)
	}
	taken[id] = true
	return id
}
