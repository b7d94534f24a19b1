package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/web/api"
	"github.com/leakline/leakline/web/live"
)

const (
	classSize   = 300
	answerEvery = 500 * time.Millisecond // each of the class
)

// serveClass is the stream and the room of a lab, without its doors.
func serveClass(ctx context.Context) (http.Handler, error) {
	hub := live.NewHub(live.Config{Epoch: "bench", Target: "checker"})
	r := room.New(room.Config{})
	go api.PublishRoom(ctx, &api.Target{Hub: hub, Room: r})
	go every(ctx, func(i int) { hub.Reading(point(i)) })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, req *http.Request) {
		defer r.Arrive(room.Visitor{Session: req.FormValue("who")})()
		hub.Serve(w, req, live.Place{Role: "viewer"}, func(*http.Request) bool { return true }, nil)
	})
	mux.HandleFunc("PUT /answers/{lesson}/{step}", func(w http.ResponseWriter, req *http.Request) {
		me := room.Visitor{Session: req.FormValue("who")}
		var want struct{ Answers []string }
		err := json.NewDecoder(req.Body).Decode(&want)
		if err == nil {
			err = r.Lock(me, room.Place{Lesson: req.PathValue("lesson"), Step: req.PathValue("step")}, want.Answers)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		json.NewEncoder(w).Encode(r.Look(me))
	})
	return mux, nil
}

// class measures how late the last of a class gets a tick while all of it
// predicts, step by step.
func class(ctx context.Context) ([]row, error) {
	s, err := start(ctx, "class")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	spread := newSpread()
	var answering sync.WaitGroup
	var answered atomic.Int64
	failed := make(chan error, classSize)
	begin := make(chan struct{})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: classSize}}
	defer client.CloseIdleConnections()
	for i := range classSize {
		who := fmt.Sprintf("?who=%d", i)
		conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+s.addr+"/"+who, nil)
		if err != nil {
			return nil, fmt.Errorf("viewer %d: %w", i, err)
		}
		defer conn.Close()
		go func() {
			for {
				_, payload, err := conn.ReadMessage()
				if err != nil {
					return
				}
				spread.arrived(payload, time.Now())
			}
		}()
		answering.Go(func() {
			<-begin
			time.Sleep(answerEvery * time.Duration(i) / classSize) // people are not in step
			if err := predict(ctx, client, "http://"+s.addr, who, &answered); err != nil {
				failed <- err
			}
		})
	}
	time.Sleep(time.Second)
	spread.reset()
	close(begin)
	answering.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return nil, err
	}
	return []row{{
		what: fmt.Sprintf("tick to last of %d viewers, p99, while they lock %d predictions, two a second each (the stream and the room alone)", classSize, answered.Load()),
		ours: spread.p99().Round(time.Millisecond).String(), aim: "≤ 100 ms",
	}}, nil
}

// predict answers every step there is.
func predict(ctx context.Context, client *http.Client, base, who string, answered *atomic.Int64) error {
	tick := time.NewTicker(answerEvery)
	defer tick.Stop()
	for _, l := range lesson.All() {
		for _, step := range l.Steps {
			answers := strings.TrimSuffix(strings.Repeat(`"0",`, len(step.Questions)), ",")
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, base+"/answers/"+l.ID+"/"+step.ID+who, strings.NewReader(`{"answers":[`+answers+`]}`))
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return fmt.Errorf("predicting: %w", err)
			}
			var got room.Sight
			err = json.NewDecoder(resp.Body).Decode(&got)
			resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK {
				return fmt.Errorf("predicting %s: %s, %w", step.ID, resp.Status, err)
			}
			answered.Add(1)
			<-tick.C
		}
	}
	return nil
}
