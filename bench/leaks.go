package main

import (
	"context"
	"fmt"
	"net/http"
	_ "net/http/pprof"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/verdict"
)

const (
	leakLooks  = 2 * time.Second // on average, as the lab's judge looks
	leakGiveUp = 2 * time.Minute
	costWindow = 45 * time.Second
	garbage    = 5e6 // bytes a second that the leaking service frees again
)

// kept is what the leaking service never lets go.
var kept [][]byte

// serveLeak keeps LEAK_BYTES_PER_S in pieces of 1 KiB, beside some garbage, and
// serves net/http/pprof.
func serveLeak(ctx context.Context) (http.Handler, error) {
	perSecond, err := strconv.ParseFloat(os.Getenv("LEAK_BYTES_PER_S"), 64)
	if err != nil {
		return nil, fmt.Errorf("LEAK_BYTES_PER_S: %w", err)
	}
	began, done := time.Now(), 0
	go every(ctx, func(int) {
		for due := int(time.Since(began).Seconds() * perSecond / 1024); done < due; done++ {
			keep()
		}
		for range int(garbage * tick.Seconds() / 4096) {
			freed = make([]byte, 4096)
		}
	})
	return http.DefaultServeMux, nil
}

var freed []byte

//go:noinline
func keep() { kept = append(kept, make([]byte, 1024)) }

// leaks measures how soon a leak is called one and its line is named, and what
// watching costs the service.
func leaks(ctx context.Context) ([]row, error) {
	var rows []row
	for _, rate := range []int{100e3, 1e6, 10e6} {
		for _, sampling := range []int{64 << 10, 512 << 10} {
			took, err := untilNamed(ctx, rate, sampling)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row{
				what: fmt.Sprintf("from the first byte of a leak of %d kB/s to its verdict and line, one sample per %d KiB", rate/1000, sampling>>10),
				ours: took, peer: "–", theirs: "–", ratio: "–", aim: "≤ 60 s",
			})
		}
	}
	costs, err := watchingCosts(ctx)
	return append(rows, costs...), err
}

func startLeak(ctx context.Context, rate, sampling int) (*server, error) {
	return start(ctx, "leak", fmt.Sprintf("LEAK_BYTES_PER_S=%d", rate), fmt.Sprintf("GODEBUG=memprofilerate=%d", sampling))
}

func untilNamed(ctx context.Context, rate, sampling int) (string, error) {
	began := time.Now()
	s, err := startLeak(ctx, rate, sampling)
	if err != nil {
		return "", err
	}
	defer s.stop()
	stranger, err := target.NewStranger(target.StrangerConfig{URL: "http://" + s.addr})
	if err != nil {
		return "", err
	}
	defer stranger.Close()
	history, rhythm := &verdict.History{}, verdict.Rhythm{}
	for first := true; time.Since(began) < leakGiveUp; first = false {
		sight, err := stranger.Look(ctx, target.LookOptions{GC: true})
		if err != nil {
			return "", err
		}
		if !first {
			if err := history.Add(sight.Look); err != nil {
				return "", err
			}
			if v := history.Judge(); v.Word == verdict.Leak && v.Suspects[0].Function == "main.keep" {
				return time.Since(began).Round(time.Second).String(), nil
			}
		}
		time.Sleep(rhythm.Next(leakLooks))
	}
	return "not within " + leakGiveUp.String(), nil
}

// watchingCosts compares the CPU of a service that is diagnosed or attached to
// with that of the same service alone.
func watchingCosts(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "leakline-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary, err := buildLeakline(ctx, dir)
	if err != nil {
		return nil, err
	}
	alone, err := cpuWhile(ctx, nil)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, command := range []string{"diagnose", "attach"} {
		args := []string{command}
		if command == "attach" {
			args = append(args, "--listen", "127.0.0.1:0", "--data-dir", filepath.Join(dir, "data"))
		}
		with, err := cpuWhile(ctx, func(ctx context.Context, url string) { exec.CommandContext(ctx, binary, append(args, url)...).Run() })
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			what: "CPU of a service while `leakline " + command + "` watches it", peer: "alone",
			ours: percentOf(with), theirs: percentOf(alone), ratio: "+ " + percentOf(with-alone), aim: "≤ 1 % of a CPU",
		})
	}
	return rows, nil
}

func percentOf(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// cpuWhile returns the share of one CPU that a leaking service takes.
func cpuWhile(ctx context.Context, watch func(ctx context.Context, url string)) (float64, error) {
	s, err := startLeak(ctx, 1e6, 512<<10)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	if watch != nil {
		watching, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			watch(watching, "http://"+s.addr)
		}()
		defer func() {
			stop()
			<-ended
		}()
	}
	before, err := s.cpu()
	if err != nil {
		return 0, err
	}
	time.Sleep(costWindow)
	after, err := s.cpu()
	return (after - before).Seconds() / costWindow.Seconds(), err
}
