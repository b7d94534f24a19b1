package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/arl/statsviz"
	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/web/live"
)

const tick = 100 * time.Millisecond

// serve is a child: it prints its address and answers until stdin closes.
func serve(ctx context.Context, what string) error {
	handlers := map[string]func(context.Context) (http.Handler, error){
		"leakline": serveLeakline, "statsviz": serveStatsviz, "bare": serveBare, "patient": servePatient,
		"class": serveClass, "check": serveCheck, "decode": serveDecode, "leak": serveLeak,
	}
	make, ok := handlers[what]
	if !ok {
		return fmt.Errorf("there is no server called %q", what)
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	handler, err := make(ctx)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute} // as a careful service has
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// point is a reading with every figure known, the largest a page gets.
func point(i int) profiler.Point {
	p := profiler.Point{At: time.Now(), Generation: 1}
	for f := range p.Figures {
		p.Figures[f] = float64(1234567+i*991) / float64(1+f)
	}
	return p
}

func serveLeakline(ctx context.Context) (http.Handler, error) {
	hub := live.NewHub(live.Config{Epoch: "bench", Target: "checker", MaxViewers: 5000})
	go every(ctx, func(i int) { hub.Reading(point(i)) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hub.Serve(w, r, live.Place{Role: "viewer"}, func(*http.Request) bool { return true }, nil)
	}), nil
}

func serveStatsviz(context.Context) (http.Handler, error) {
	mux := http.NewServeMux()
	return mux, statsviz.Register(mux, statsviz.SendFrequency(tick))
}

// serveBare writes the bytes of one of our frames to every socket, and does
// nothing else that could be left out.
func serveBare(ctx context.Context) (http.Handler, error) {
	var mu sync.Mutex
	conns := map[net.Conn]struct{}{}
	// As many bytes as one of our frames has.
	sizing := live.NewHub(live.Config{Epoch: "bench", Target: "checker"})
	sizing.Reading(point(1))
	payload := bytes.Repeat([]byte("x"), int(sizing.Usage().MeanReadingBytes))
	raw := append([]byte{0x81, 126, byte(len(payload) >> 8), byte(len(payload))}, payload...)
	go every(ctx, func(int) {
		mu.Lock()
		defer mu.Unlock()
		for c := range conns {
			if _, err := c.Write(raw); err != nil {
				c.Close()
				delete(conns, c)
			}
		}
	})
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		mu.Lock()
		conns[conn.NetConn()] = struct{}{}
		mu.Unlock()
	}), nil
}

// servePatient works on requests as fast as it can, and can be watched.
func servePatient(context.Context) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle("/debug/", agent.Handler(agent.Config{}))
	mux.HandleFunc("GET /work", func(w http.ResponseWriter, _ *http.Request) {
		set := make(map[int]struct{})
		for i := range 2000 {
			set[i] = struct{}{}
		}
		fmt.Fprintln(w, len(set))
	})
	return mux, nil
}

func every(ctx context.Context, do func(int)) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			do(i)
		}
	}
}
