package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/checker/strategy"
)

// copied is what local-snapshot copies from, in memory.
type copied struct{}

func (copied) Versions(context.Context) ([]string, error) { return []string{"1"}, nil }

func (copied) Version(context.Context, int) (string, int, error) { return "1", riskyUsers + 1, nil }

func (copied) EachMember(_ context.Context, _ int, f func([]string) error) error {
	return f(append(users[:riskyUsers:riskyUsers], checker.Sentinel))
}

// lookup compares local-snapshot with looking a key up in a map, and nothing
// else.
func lookup(ctx context.Context) ([]row, error) {
	copies, err := strategy.Builder(strategy.Parts{Published: copied{}})("local-snapshot")
	if err != nil {
		return nil, err
	}
	defer copies.Close()
	for {
		if _, ok := copies.(checker.Copier).Copy(); ok {
			break
		}
		time.Sleep(time.Millisecond)
	}
	set := make(map[string]struct{})
	for _, id := range users[:riskyUsers] {
		set[strings.Clone(id)] = struct{}{}
	}
	best := [2]float64{} // per second
	allocs := int64(0)
	for range 3 {
		for i, ask := range []question{
			func(ctx context.Context, i int) (bool, error) {
				return copies.Check(ctx, checker.Payment{UserID: users[i]})
			},
			func(_ context.Context, i int) (bool, error) { _, ok := set[users[i]]; return ok, nil },
		} {
			r, err := measured(ctx, 1, ask)
			if err != nil {
				return nil, err
			}
			best[i] = max(best[i], perSecond(r))
			allocs = max(allocs, r.AllocsPerOp())
		}
	}
	return []row{{
		what: "`local-snapshot`, 10 000 risky users", ours: fmt.Sprintf("%.0f ns, %d allocs", 1e9/best[0], allocs),
		peer: "a map lookup", theirs: fmt.Sprintf("%.0f ns", 1e9/best[1]), ratio: fmt.Sprintf("%.2f", best[1]/best[0]), aim: "≤ 2, 0 allocs",
	}}, nil
}

const payment = `{"payment_id":"p000000001","user_id":"u0000001","amount_cents":1299,"currency":"EUR"}`

// posts compares the CPU of a server that checks payments with that of one
// which only decodes them and answers.
func posts(ctx context.Context) ([]row, error) {
	addr, stop, err := startRedis(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "leakline-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "risky.db")
	if err := publish(ctx, addr, database); err != nil {
		return nil, err
	}
	var best [2]time.Duration
	for range 3 {
		for i, what := range []string{"check", "decode"} {
			cpu, err := posting(ctx, what, "BENCH_REDIS="+addr, "BENCH_DATABASE="+database)
			if err != nil {
				return nil, err
			}
			if best[i] == 0 || cpu < best[i] {
				best[i] = cpu
			}
		}
	}
	return []row{{
		what: "CPU per `POST /v1/check`, `local-snapshot`", ours: best[0].String(), peer: "decode and answer only",
		theirs: best[1].String(), ratio: fmt.Sprintf("%.2f", float64(best[0])/float64(best[1])),
	}}, nil
}

// posting returns the server's CPU per request.
func posting(ctx context.Context, what string, env ...string) (time.Duration, error) {
	s, err := start(ctx, what, env...)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	ctx, cancel := context.WithCancel(ctx)
	var done, failed atomic.Int64
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	for range callers {
		wg.Go(func() {
			for ctx.Err() == nil {
				resp, err := client.Post("http://"+s.addr+"/v1/check", "application/json", strings.NewReader(payment))
				if err != nil {
					continue
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					failed.Add(1)
				}
				done.Add(1)
			}
		})
	}
	time.Sleep(2 * time.Second) // connections, and the copy
	w, err := s.during(ctx, &done, false)
	if n := failed.Load(); err == nil && n > 0 {
		err = fmt.Errorf("%s refused %d payments", what, n)
	}
	return w.perRequest, err
}

func serveCheck(context.Context) (http.Handler, error) {
	svc, err := service.New(service.Config{
		Redis: os.Getenv("BENCH_REDIS"), Database: os.Getenv("BENCH_DATABASE"), Strategy: "local-snapshot",
	})
	if err != nil {
		return nil, err
	}
	return svc.Handler(), nil
}

func serveDecode(context.Context) (http.Handler, error) {
	type request struct {
		PaymentID   string `json:"payment_id"`
		UserID      string `json:"user_id"`
		AmountCents int64  `json:"amount_cents"`
		Currency    string `json:"currency"`
	}
	type answer struct {
		PaymentID string `json:"payment_id"`
		Risky     bool   `json:"risky"`
		Strategy  string `json:"strategy"`
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var p request
		if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(answer{p.PaymentID, p.UserID == "", riskyusers.UserID(1)})
	}), nil
}
