package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/checker/strategy"
)

const (
	switchCount       = 1000
	switchTraffic     = 5 * time.Millisecond // from request to request: 200 a second
	publishedMillions = 1
)

// switches times how long a switch takes to be acknowledged while requests come
// at 200 a second, and how long it takes to publish a million users.
func switches(ctx context.Context) ([]row, error) {
	addr, stop, err := startRedis(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "leakline-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "switches.db")
	if err := publish(ctx, addr, database); err != nil {
		return nil, err
	}
	took, err := acknowledged(ctx, addr, database)
	if err != nil {
		return nil, err
	}
	million, err := publishing(ctx, addr, filepath.Join(dir, "million.db"))
	if err != nil {
		return nil, err
	}
	return []row{
		{what: fmt.Sprintf("switch acknowledged, p99 of %d at 200 requests/s", switchCount), ours: took.Round(10 * time.Microsecond).String(), aim: "≤ 50 ms"},
		{what: fmt.Sprintf("publishing %d million users, SQLite to Redis", publishedMillions), ours: million.Round(10 * time.Millisecond).String()},
	}, nil
}

// acknowledged returns the 99th percentile of PUT /control/strategy.
func acknowledged(ctx context.Context, addr, database string) (time.Duration, error) {
	const token = "bench-token-0123456789"
	svc, err := service.New(service.Config{Redis: addr, Database: database, ControlToken: token})
	if err != nil {
		return 0, err
	}
	defer svc.Close(ctx)
	server := httptest.NewServer(svc.Handler())
	defer server.Close()

	traffic, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		tick := time.NewTicker(switchTraffic)
		defer tick.Stop()
		for i := 0; traffic.Err() == nil; i++ {
			<-tick.C
			go svc.Check(traffic, checker.Payment{UserID: riskyusers.UserID(i % riskyUsers)})
		}
	}()

	var took []time.Duration
	catalog := strategy.Catalog()
	for i := range switchCount {
		body := fmt.Sprintf(`{"name":%q}`, catalog[i%len(catalog)].Name)
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, server.URL+"/control/strategy", bytes.NewBufferString(body))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		began := time.Now()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("switch %d is answered %d", i, resp.StatusCode)
		}
		took = append(took, time.Since(began))
		time.Sleep(switchTraffic)
	}
	slices.Sort(took)
	return took[len(took)*99/100], nil
}

// publishing times one publication of a table of a million risky users.
func publishing(ctx context.Context, addr, database string) (time.Duration, error) {
	store, err := riskyusers.Open(database)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	const users = publishedMillions * 1_000_000
	if err := store.Seed(ctx, riskyusers.Population{Users: 2 * users, Risky: users}); err != nil {
		return 0, err
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr, ReadTimeout: time.Minute})
	defer rdb.Close()
	updater := riskyusers.NewUpdater(store, rdb, riskyusers.UpdaterConfig{Prefix: "million:"})
	began := time.Now()
	if err := updater.Refresh(ctx); err != nil {
		return 0, err
	}
	if n := updater.Status().Users; n != users {
		return 0, fmt.Errorf("%d users were published, want %d", n, users)
	}
	return time.Since(began), nil
}
