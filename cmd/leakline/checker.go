package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/profiler/agent"
)

// checkerFlags are the flags of leakline checker.
type checkerFlags struct {
	listen    string
	advertise string
	updater   string
	service   service.Config
}

func newCheckerCommand() *cobra.Command {
	var f checkerFlags
	c := &cobra.Command{
		Use: "checker", Short: "the fraud checker alone, against a Redis and a database of yours",
		Long: "Serves POST /v1/check. Control and /debug/ are closed unless " + twin("checker-token") + " holds a token to ask for.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runCheckerAlone(c.Context(), f, c.ErrOrStderr()) },
	}
	flags := c.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8080", "address to serve on")
	flags.StringVar(&f.service.Redis, "redis", defaultRedis, "URL of Redis, or host:port,host:port of a Cluster")
	flags.StringVar(&f.service.KeyPrefix, "redis-prefix", defaultPrefix, "before every key in Redis")
	flags.StringVar(&f.service.Fleet, "fleet", fleet.DefaultName, `fleet whose orders say how to decide; "" to follow none`)
	flags.StringVar(&f.advertise, "advertise", "", "URL under which the fleet's people reach this checker (default from --listen and the host's name; none on loopback unless Redis is there too)")
	flags.StringVar(&f.service.Database, "database", "risky-users.db", "postgres:// URL or SQLite file of the risky users")
	flags.StringVar(&f.service.Strategy, "strategy", "redis-sismember", "how to decide until the fleet says otherwise")
	flags.IntVar(&f.service.Buckets, "buckets", 1, "buckets in which Redis holds the Set, a power of two up to 256; the same for every checker of a fleet")
	flags.StringVar(&f.updater, "updater", string(riskyusers.Atomic), "how the Set in Redis is published: atomic, naive or stopped")
	return c
}

func runCheckerAlone(ctx context.Context, f checkerFlags, stderr io.Writer) error {
	kind, err := riskyusers.ParseKind(f.updater)
	if err != nil {
		return fmt.Errorf("--updater: %w", err)
	}
	if _, err := checker.NewBuckets(f.service.Buckets); err != nil {
		return fmt.Errorf("--buckets: %w", err)
	}
	if kind == riskyusers.Naive && f.service.Buckets > 1 {
		return fmt.Errorf("--updater naive knows one bucket, and --buckets says %d", f.service.Buckets)
	}
	log := newLogger(stderr, false)
	f.service.Updater.Kind, f.service.Log = kind, log
	f.service.ControlToken = os.Getenv(twin("checker-token"))
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if f.service.Fleet != "" {
		if f.service.Self.URL, err = advertised(f.advertise, listener.Addr(), f.service.Redis); err != nil {
			return errors.Join(err, listener.Close())
		}
		if f.service.Self.URL == "" {
			log.Warn("checker is listed without a URL: it listens on loopback, where others find themselves; --advertise gives one")
		}
		f.service.Self.Version, f.service.Self.Revision = built()
	}
	svc, err := newService(f.service, agent.Config{})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	log.Info("checker listens", "addr", listener.Addr().String(), "strategy", f.service.Strategy,
		"fleet", f.service.Fleet, "advertised", f.service.Self.URL)
	return svc.Serve(ctx, listener)
}

// advertised is the URL that was given, or else where this process listens; one
// that listens everywhere is reached by its host's name. It is empty for one
// that listens on loopback and shares a Redis with other hosts: each would be
// listed at the same URL.
func advertised(given string, at net.Addr, where string) (string, error) {
	if given != "" {
		u, err := url.Parse(given)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			return "", errors.New("--advertise: want http://host:port, without a password") // and does not repeat one
		}
		return given, nil
	}
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return "", fmt.Errorf("finding the URL to advertise: %w", err)
	}
	ip := net.ParseIP(host)
	if ip.IsLoopback() {
		opts, err := redisurl.Parse(where)
		if err != nil {
			return "", fmt.Errorf("--redis: %w", err)
		}
		if !redisurl.OnLoopback(opts) {
			return "", nil
		}
	}
	if ip.IsUnspecified() {
		if host, err = os.Hostname(); err != nil {
			return "", fmt.Errorf("finding the URL to advertise, --advertise gives it: %w", err)
		}
	}
	return "http://" + net.JoinHostPort(host, port), nil
}

// newService returns a checker whose /debug/ is an agent that counts with it.
func newService(cfg service.Config, debug agent.Config) (*service.Service, error) {
	stats := new(checker.Stats)
	var svc *service.Service // nobody asks its agent before it serves
	debug.Counters = agent.Counters{
		Requests:      stats.Requests,
		Errors:        stats.Errors,
		InFlight:      stats.InFlight,
		SetsBuilt:     stats.SetsBuilt,
		CopyAge:       func() float64 { return svc.CopyAge() },
		LatencyBounds: stats.LatencyBounds(),
		Latency:       stats.Latency,
	}
	cfg.Debug = agent.Handler(debug)
	cfg.Stats = stats
	var err error
	svc, err = service.New(cfg)
	return svc, err
}
