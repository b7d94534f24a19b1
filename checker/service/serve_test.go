package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/leakline/leakline/checker"
	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/internal/redistest"
)

// serve runs a service on a free port and returns its URL and what stops it.
func serve(t *testing.T, cfg service.Config) (url string, stop func() error) {
	t.Helper()
	s, err := service.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	return "http://" + ln.Addr().String(), func() error {
		cancel()
		return <-served
	}
}

func TestServeSeedsPublishesAnswersAndLeavesNothingBehind(t *testing.T) {
	server := redistest.Start(t)
	before := goleak.IgnoreCurrent()
	streaming := make(chan struct{})
	url, stop := serve(t, service.Config{
		Redis: "redis://" + server.Addr, Database: filepath.Join(t.TempDir(), "x.db"), Strategy: "redis-sismember",
		Population: riskyusers.Population{Users: 1000, Risky: 100, Ours: true}, ControlToken: token,
		Debug: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(200)
			http.NewResponseController(w).Flush()
			close(streaming)
			<-r.Context().Done() // as a stream of readings does
		}),
	})
	client := &http.Client{Transport: &http.Transport{}}
	get := func(path string) (*http.Response, error) {
		r, _ := http.NewRequest("GET", url+path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		return client.Do(r)
	}
	eventually(t, "the first publication", func() bool {
		res, err := get("/control/state")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		var state map[string]any
		json.NewDecoder(res.Body).Decode(&state)
		return state["risky_users"] == 100.0
	})
	res, err := client.Post(url+"/v1/check", "application/json",
		strings.NewReader(`{"payment_id":"p","user_id":"u0000099","amount_cents":1,"currency":"EUR"}`))
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	json.NewDecoder(res.Body).Decode(&answer)
	res.Body.Close()
	if answer["risky"] != true {
		t.Errorf("user 99 of 100 risky: %v", answer)
	}
	stream, err := get("/debug/readings")
	if err != nil {
		t.Fatal(err)
	}
	<-streaming
	if err := stop(); err != nil {
		t.Errorf("stopped by its context, Serve says %v", err)
	}
	stream.Body.Close()
	client.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

func TestServeDropsAListFromBefore(t *testing.T) {
	l := newLab(t, nil) // for its Redis
	l.rdb.Set(t.Context(), checker.ListKey, `["somebody"]`, time.Hour)
	_, stop := serve(t, service.Config{
		Redis: l.redis.Addr, Database: filepath.Join(t.TempDir(), "x.db"),
		Population: riskyusers.Population{Users: 10, Risky: 1},
	})
	eventually(t, "the old list to go", func() bool { return l.rdb.Exists(t.Context(), checker.ListKey).Val() == 0 })
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServeSaysWhyItCannotSeed(t *testing.T) {
	l := newLab(t, nil)
	s, err := service.New(service.Config{Redis: l.redis.Addr, Database: filepath.Join(t.TempDir(), "missing", "x.db"),
		Population: riskyusers.Population{Users: 10, Risky: 1}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), ln); err == nil || !strings.Contains(err.Error(), "seeding") {
		t.Errorf("Serve: %v, want what went wrong with seeding", err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is still open: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	db := filepath.Join(t.TempDir(), "x.db")
	before := goleak.IgnoreCurrent()
	for name, cfg := range map[string]service.Config{
		"an unknown strategy":   {Database: db, Strategy: "nobody"},
		"an unknown database":   {Database: "mysql://host/x"},
		"a bad Redis URL":       {Database: db, Redis: "redis://:secret@[::1"},
		"an unknown Redis kind": {Database: db, Redis: "memcached://host"},
	} {
		if s, err := service.New(cfg); err == nil {
			s.Close(t.Context())
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
	goleak.VerifyNone(t, before)
	if _, err := os.Stat(db); err == nil {
		t.Error("a refused configuration has created a database")
	}
}
