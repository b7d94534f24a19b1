package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/profiler/discovery"
	"github.com/leakline/leakline/profiler/target"
)

// attachFlags are the flags of leakline attach.
type attachFlags struct {
	observerFlags
	gc       bool
	userCode string
	authFile string
	hosts    string // that may be told the secret, of those that others have named
	files    []string
	shard    string
	redis    struct{ url, prefix, fleet string }
}

func newAttachCommand() *cobra.Command {
	var f attachFlags
	c := &cobra.Command{
		Use: "attach [URL|dns+HOST:PORT|dnssrv+NAME]...", Short: "dashboard for running services: charts, snapshots, diffs and a verdict on each",
		Long: "Watches services that serve net/http/pprof, and nothing else, and shows them live. What they tell besides (the agent\n" +
			"of leakline, expvar, Prometheus' /metrics) makes the charts finer. No collection is forced, unless by the button or --gc.",
		Args: cobra.ArbitraryArgs, // runAttach checks them, when the environment has been read
		RunE: func(c *cobra.Command, args []string) error {
			f.listenGiven = c.Flags().Changed("listen")
			return runAttach(c.Context(), args, f, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f.observerFlags.register(c.Flags())
	c.Flags().BoolVar(&f.gc, "gc", false, "force a collection before each look at a heap: the floor is exact then")
	c.Flags().StringVar(&f.userCode, "user-code", "", "regular expression of functions and files that are yours")
	c.Flags().StringVar(&f.shard, "shard", "", "take this share of all that is found, by a hash of the URL: 2/10 is the second of ten observers")
	c.Flags().StringArrayVar(&f.files, "file-sd", nil, "file of services in the format of Prometheus' file_sd (JSON), read again while running; may be given again")
	c.Flags().StringVar(&f.redis.url, "redis", "", "URL of the Redis, or host:port,host:port of a Cluster, with which checkers have registered: they are watched, and switched together")
	c.Flags().StringVar(&f.redis.prefix, "redis-prefix", "leakline:", "before every key in Redis")
	c.Flags().StringVar(&f.redis.fleet, "fleet", fleet.DefaultName, "fleet of checkers in that Redis")
	c.Flags().StringVar(&f.authFile, "auth-file", "", "file with the services' bearer token, or with user:password")
	c.Flags().StringVar(&f.hosts, "auth-hosts", target.Loopback, "hosts that are sent it though --redis or dnssrv+ has found them: names, *.suffixes, addresses and CIDRs, with commas between them")
	return c
}

// runAttach wires the observer over services and runs it until ctx ends.
func runAttach(ctx context.Context, names []string, f attachFlags, stdout, stderr io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	shard, err := discovery.ParseShard(f.shard)
	if err != nil {
		return fmt.Errorf("--shard: %w", err)
	}
	if most := maxAttached * max(1, shard.Of); len(names) > most {
		return fmt.Errorf("%d services are named: want %d at most", len(names), most)
	}
	if len(names) == 0 && len(f.files) == 0 && f.redis.url == "" {
		return errors.New("no service is named: want a URL such as http://localhost:6060, dns+HOST:PORT, --file-sd FILE, or --redis URL for checkers")
	}
	userCode, err := userCodeOf(f.userCode)
	if err != nil {
		return err
	}
	auth, err := authFrom(f.authFile)
	if err != nil {
		return err
	}
	hosts, err := target.ParseAuthHosts(f.hosts)
	if err != nil {
		return fmt.Errorf("--auth-hosts: %w", err)
	}
	sources, facts, err := f.sources(names, shard)
	if err != nil {
		return err
	}
	if f.shard != "" {
		facts = append(facts, fact{"shard", shard.String() + " of what is found"})
	}
	o, err := newObserver(f.observerFlags, stdout, stderr)
	if err != nil {
		return err
	}
	defer o.close()
	w := &watcher{o: o, auth: auth, hosts: hosts, gc: f.gc, userCode: userCode, pace: target.NewPace(), sources: sources, shard: shard}
	o.api.Fleet.Watches, o.api.Fleet.Shard, o.api.Fleet.Late = true, shard, w.pace.Late
	if f.redis.url != "" {
		checkers, err := fleet.Open(f.redis.url, f.redis.prefix, f.redis.fleet)
		if err != nil {
			return fmt.Errorf("--redis: %w", err)
		}
		o.undo = append(o.undo, func() { checkers.Close() })
		o.api.Checkers = checkers
		w.sources = append(w.sources, checkerSource{checkers})
		facts = append(facts, fact{"looking in", checkerSource{checkers}.Name()})
	}
	return o.run(ctx, facts, w.run)
}

// sources says where services are looked for: those named, and files.
func (f *attachFlags) sources(names []string, shard discovery.Shard) (all []discovery.Source, facts []fact, err error) {
	var list discovery.List
	for _, name := range names {
		dns, is, err := discovery.ParseDNS(name)
		if err != nil {
			return nil, nil, err
		}
		if is {
			all, facts = append(all, dns), append(facts, fact{"looking in", dns.Name()})
			continue
		}
		s, err := target.NewStranger(target.StrangerConfig{URL: name})
		if err != nil {
			return nil, nil, err
		}
		s.Close()
		if list = append(list, name); shard.Has(name) {
			facts = append(facts, fact{"watching", s.URL()})
		}
	}
	if len(list) > 0 {
		all = append([]discovery.Source{list}, all...)
	}
	for _, path := range f.files {
		file := discovery.File(path)
		if _, err := file.Look(context.Background()); err != nil {
			return nil, nil, fmt.Errorf("--file-sd: %w", err)
		}
		all, facts = append(all, file), append(facts, fact{"looking in", file.Name()})
	}
	return all, facts, nil
}
