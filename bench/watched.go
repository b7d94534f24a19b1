package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	pairs   = 20
	stretch = 1500 * time.Millisecond
	callers = 16
)

// watched compares a patient's throughput with somebody watching and without,
// in turn.
func watched(ctx context.Context) ([]row, error) {
	s, err := start(ctx, "patient", "GOMAXPROCS=1")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	var done atomic.Int64
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	for range callers {
		wg.Go(func() { call(ctx, client, "http://"+s.addr+"/work", &done) })
	}
	time.Sleep(stretch)
	var ratios []float64
	for range pairs {
		free := during(&done, stretch)
		look, stop := context.WithCancel(ctx)
		watching := make(chan error, 1)
		go func() { watching <- follow(look, "http://"+s.addr+"/debug/leakline/readings?every=100ms") }()
		time.Sleep(100 * time.Millisecond)
		seen := during(&done, stretch)
		stop()
		if err := <-watching; err != nil {
			return nil, err
		}
		ratios = append(ratios, seen/free)
	}
	slices.Sort(ratios)
	median := ratios[len(ratios)/2]
	return []row{{
		what: "patient's throughput, watched at 10 Hz", ours: fmt.Sprintf("%.3f (pairs from %.3f to %.3f)", median, ratios[0], ratios[len(ratios)-1]),
		peer: "unwatched, 20 pairs", theirs: "1", ratio: fmt.Sprintf("%.3f", median), aim: "≥ 0.99",
	}}, nil
}

func call(ctx context.Context, client *http.Client, url string, done *atomic.Int64) {
	for ctx.Err() == nil {
		resp, err := client.Get(url)
		if err != nil {
			continue
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		done.Add(1)
	}
}

// during returns the requests per second of a stretch of time.
func during(done *atomic.Int64, d time.Duration) float64 {
	n, begun := done.Load(), time.Now()
	time.Sleep(d)
	return float64(done.Load()-n) / time.Since(begun).Seconds()
}

// follow reads a stream until ctx ends.
func follow(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return nil
}
