package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/leakline/leakline/lab"
)

// labFlags are the flags of leakline lab.
type labFlags struct {
	observerFlags
	memoryLimit string
	goMemLimit  string
	lab         lab.Config
}

func (f *labFlags) register(flags *pflag.FlagSet) {
	f.observerFlags.register(flags)
	flags.StringVar(&f.lab.Redis, "redis", "", "URL of a Redis to use, or host:port,host:port of a Cluster (default a private redis-server, else miniredis)")
	flags.StringVar(&f.lab.RedisPrefix, "redis-prefix", "", `before every key in a Redis given by --redis (default "leakline:")`)
	flags.StringVar(&f.lab.Database, "database", "", "postgres:// URL or SQLite file of the risky users (default a private SQLite file)")
	flags.BoolVar(&f.lab.Seed, "seed", false, "fill the database given by --database, if its table is empty")
	flags.IntVar(&f.lab.Users, "users", 1_000_000, "users that pay")
	flags.IntVar(&f.lab.RiskyUsers, "risky-users", 10_000, "of them, risky")
	flags.Float64Var(&f.lab.RPS, "rps", 100, "payments per second")
	flags.Float64Var(&f.lab.RiskyShare, "risky-share", 0.1, "share of payments made by risky users, 0 to 1")
	flags.StringVar(&f.lab.Strategy, "strategy", "set-per-request", "strategy to start with")
	flags.IntVar(&f.lab.CheckerCPUs, "checker-cpus", 1, "GOMAXPROCS of the checker")
	flags.StringVar(&f.memoryLimit, "memory-limit", "512MiB", "memory at which the checker is killed, such as 1GiB; 0 for no limit")
	flags.StringVar(&f.goMemLimit, "gomemlimit", "0", "GOMEMLIMIT of the checker, such as 400MiB; 0 for off")
}

// check refuses what cannot work, naming the flag.
func (f *labFlags) check() error {
	switch {
	case f.lab.Users < 2:
		return fmt.Errorf("--users %d: want at least 2", f.lab.Users)
	case f.lab.CheckerCPUs < 1:
		return fmt.Errorf("--checker-cpus %d: want at least 1", f.lab.CheckerCPUs)
	case f.lab.Seed && f.lab.Database == "":
		return errors.New("--seed is for a database given by --database; the private one is always filled")
	}
	for _, limit := range []struct {
		flag, text string
		into       *int64
	}{{"--memory-limit", f.memoryLimit, &f.lab.MemoryLimit}, {"--gomemlimit", f.goMemLimit, &f.lab.GoMemLimit}} {
		bytes, err := parseAmount(limit.text)
		if err != nil || bytes > 1<<50 {
			return fmt.Errorf("%s %q: want an amount such as 512MiB, or 0", limit.flag, limit.text)
		}
		*limit.into = int64(bytes)
	}
	return f.observerFlags.check()
}
