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
	stretch = 3 * time.Second
	callers = 16
)

// A work is what a patient did in one stretch of time.
type work struct {
	perSecond  float64       // requests
	perRequest time.Duration // CPU of the patient's process
}

// watched compares a patient with somebody watching and without, in turn, the
// order swapped from pair to pair. Throughput is what is asked about; the CPU of
// a request, which it comes from when the patient has one CPU and is never idle,
// is less at the mercy of the machine's other tenants.
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
	var throughput, cpu []float64
	for pair := range pairs {
		var of [2]work // unwatched, watched
		for i := range of {
			seen := (i + pair) % 2
			if of[seen], err = s.during(ctx, &done, seen == 1); err != nil {
				return nil, err
			}
		}
		throughput = append(throughput, of[1].perSecond/of[0].perSecond)
		cpu = append(cpu, float64(of[0].perRequest)/float64(of[1].perRequest))
	}
	return []row{
		watchedRow("patient's throughput, watched at 10 Hz", throughput),
		watchedRow("the same by its CPU per request", cpu),
	}, nil
}

func watchedRow(what string, ratios []float64) row {
	slices.Sort(ratios)
	median := ratios[len(ratios)/2]
	quarter := len(ratios) / 4
	return row{
		what: what, ours: fmt.Sprintf("%.3f (middle half of the pairs %.3f to %.3f)", median, ratios[quarter], ratios[len(ratios)-1-quarter]),
		peer: fmt.Sprintf("unwatched, %d pairs", pairs), theirs: "1", ratio: fmt.Sprintf("%.3f", median), aim: "≥ 0.99",
	}
}

// during says what the patient does in one stretch.
func (s *server) during(ctx context.Context, done *atomic.Int64, watch bool) (w work, err error) {
	if watch {
		look, stop := context.WithCancel(ctx)
		watching := make(chan error, 1)
		go func() { watching <- follow(look, "http://"+s.addr+"/debug/leakline/readings?every=100ms") }()
		defer func() {
			stop()
			if failed := <-watching; err == nil {
				err = failed
			}
		}()
	}
	time.Sleep(100 * time.Millisecond)
	n, begun := done.Load(), time.Now()
	cpu, err := s.cpu()
	if err != nil {
		return w, err
	}
	time.Sleep(stretch)
	after, err := s.cpu()
	if err != nil {
		return w, err
	}
	requests := done.Load() - n
	return work{float64(requests) / time.Since(begun).Seconds(), (after - cpu) / time.Duration(requests)}, nil
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
