package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/redisurl"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/profiler/units"
)

// publishFlags are the flags of leakline publish.
type publishFlags struct {
	redis, prefix, database string
	buckets                 int
	asJSON                  bool
}

func newPublishCommand() *cobra.Command {
	var f publishFlags
	c := &cobra.Command{
		Use: "publish", Short: "publish the risky users of a database to Redis once, and say what that took",
		Long: "Reads the table as it comes and writes Sets beside those in use, which then take their place at once. It is\n" +
			"refused while a checker publishes into the same keys.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runPublish(c, f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.redis, "redis", defaultRedis, "URL of Redis, or host:port,host:port of a Cluster")
	flags.StringVar(&f.prefix, "redis-prefix", defaultPrefix, "before every key in Redis")
	flags.StringVar(&f.database, "database", "risky-users.db", "postgres:// URL or SQLite file of the risky users")
	flags.IntVar(&f.buckets, "buckets", 1, "buckets in which Redis holds the Set, a power of two up to 256")
	flags.BoolVar(&f.asJSON, "json", false, "print JSON")
	return c
}

// A publishReport is what a publication took. What is unknown is null.
type publishReport struct {
	Users          int      `json:"users"`
	Buckets        int      `json:"buckets"`
	Seconds        float64  `json:"seconds"`
	PeakRSSBytes   *int64   `json:"peak_rss_bytes"`  // of this process, since it began
	PeakHeapBytes  int64    `json:"peak_heap_bytes"` // of its objects, dead ones included, as seen ten times a second
	RedisBytes     *int64   `json:"redis_bytes"`     // of the Sets, by MEMORY USAGE, sampled
	BytesPerUser   *float64 `json:"redis_bytes_per_user"`
	UsersPerSecond float64  `json:"users_per_s"`
}

func runPublish(c *cobra.Command, f publishFlags) error {
	buckets, err := checker.NewBuckets(f.buckets)
	if err != nil {
		return fmt.Errorf("--buckets: %w", err)
	}
	opts, err := redisurl.Parse(f.redis)
	if err != nil {
		return err
	}
	const step = 10 * time.Second // a busy Redis is waited for, nobody's payment is
	opts.ContextTimeoutEnabled = true
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.PoolTimeout = step, step, step, step
	opts.MaxRetries = -1
	rdb := redisurl.NewClient(opts)
	defer rdb.Close()
	store, err := riskyusers.Open(f.database)
	if err != nil {
		return fmt.Errorf("--database: %w", err)
	}
	defer store.Close()
	u := riskyusers.NewUpdater(store, rdb, riskyusers.UpdaterConfig{Prefix: f.prefix, Buckets: buckets, Owner: fmt.Sprintf("leakline publish of %s, process %d", whoAmI(), os.Getpid())})

	w := &publishWatch{updater: u, out: c.ErrOrStderr()}
	stop := w.start()
	err = u.PublishOnce(c.Context())
	stop()
	if err != nil {
		return err
	}
	p := u.Status().Publication
	report := publishReport{
		Users: p.Users, Buckets: f.buckets, Seconds: p.Took.Seconds(), PeakHeapBytes: w.peakHeap,
		UsersPerSecond: float64(p.Users) / p.Took.Seconds(),
	}
	if rss, ok := peakRSS(); ok {
		report.PeakRSSBytes = &rss
	}
	if bytes, err := redisBytes(c.Context(), rdb, f.prefix, buckets); err == nil { // not every Redis tells
		report.RedisBytes = &bytes
		if p.Users > 0 {
			each := float64(bytes) / float64(p.Users)
			report.BytesPerUser = &each
		}
	}
	return report.print(c.OutOrStdout(), f.asJSON)
}

// redisBytes is what the Sets take in Redis, estimated from a sample of their
// members.
func redisBytes(ctx context.Context, rdb redis.UniversalClient, prefix string, buckets checker.Buckets) (total int64, err error) {
	for i := range buckets.Len() {
		n, err := rdb.MemoryUsage(ctx, prefix+buckets.SetKey(i), 1000).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (r publishReport) print(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	rss, perUser := "unknown", "unknown"
	if r.PeakRSSBytes != nil {
		rss = units.Bytes(float64(*r.PeakRSSBytes))
	}
	if r.BytesPerUser != nil {
		perUser = fmt.Sprintf("%.1f bytes", *r.BytesPerUser)
	}
	_, err := fmt.Fprintf(w, "%d risky users published in %.1f s (%.0f a second), in %s\n"+
		"memory of this process: at most %s resident, heap at most %s; in Redis: %s for each user\n",
		r.Users, r.Seconds, r.UsersPerSecond, plural(r.Buckets, "bucket"), rss, units.Bytes(float64(r.PeakHeapBytes)), perUser)
	return err
}

// A publishWatch looks at a publication from beside it.
type publishWatch struct {
	updater  *riskyusers.Updater
	out      io.Writer
	peakHeap int64 // to be read once stopped
}

// start looks ten times a second until stop, and draws a bar on a terminal.
func (w *publishWatch) start() (stop func()) {
	ending, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			w.look()
			select {
			case <-ending:
				w.look()
				if isTerminal(w.out) {
					fmt.Fprintln(w.out)
				}
				return
			case <-tick.C:
			}
		}
	}()
	return func() {
		close(ending)
		<-ended
	}
}

func (w *publishWatch) look() {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	w.peakHeap = max(w.peakHeap, int64(sample[0].Value.Uint64()))
	p := w.updater.Status().Progress
	if p.Began.IsZero() || !isTerminal(w.out) {
		return
	}
	const width = 30
	of, done := "?", 0
	if p.Of > 0 {
		of, done = fmt.Sprint(p.Of), min(width*p.Users/p.Of, width)
	}
	fmt.Fprintf(w.out, "\r[%s%s] %d of %s users, %.0f a second, %.0f s  ", strings.Repeat("█", done), strings.Repeat("·", width-done),
		p.Users, of, p.PerSecond(time.Now()), time.Since(p.Began).Seconds())
}
