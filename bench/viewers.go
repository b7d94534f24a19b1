package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	audience = 1000
	watching = 10 * time.Second
)

// A crowd is what a thousand viewers cost one server.
type crowd struct {
	perMessage time.Duration // CPU
	perViewer  int64         // bytes resident
	lastP99    time.Duration // from the tick to the last viewer; ours only
}

// viewers compares fan-out: CPU of the server's process for each message that
// arrived at a viewer.
func viewers(ctx context.Context) ([]row, error) {
	names := []string{"leakline", "statsviz", "bare"}
	paths := map[string]string{"leakline": "/", "statsviz": "/debug/statsviz/ws", "bare": "/"}
	best := map[string]crowd{}
	for range 3 { // interleaved, so that a slow minute of the machine hits all
		for _, name := range names {
			c, err := watch(ctx, name, paths[name])
			if err != nil {
				return nil, err
			}
			if b, ok := best[name]; !ok || c.perMessage < b.perMessage {
				best[name] = c
			}
		}
	}
	ours := best["leakline"]
	micro := func(d time.Duration) string { return fmt.Sprintf("%.2f µs", float64(d.Nanoseconds())/1e3) }
	rows := []row{}
	for _, peer := range []struct{ name, aim string }{{"statsviz", "≤ 0.85"}, {"bare", "≤ 1.2"}} {
		theirs := best[peer.name]
		rows = append(rows, row{
			what: "CPU per message, 1 000 viewers at 10 Hz", ours: micro(ours.perMessage), peer: map[string]string{"statsviz": "statsviz 0.8.2", "bare": "bare socket write"}[peer.name],
			theirs: micro(theirs.perMessage), ratio: fmt.Sprintf("%.2f", float64(ours.perMessage)/float64(theirs.perMessage)), aim: peer.aim,
		})
	}
	rows = append(rows,
		row{what: "memory per viewer, resident", ours: fmt.Sprintf("%.1f kB", float64(ours.perViewer)/1e3), peer: "statsviz 0.8.2",
			theirs: fmt.Sprintf("%.1f kB", float64(best["statsviz"].perViewer)/1e3), ratio: fmt.Sprintf("%.2f", float64(ours.perViewer)/float64(best["statsviz"].perViewer))},
		row{what: "tick to last viewer, p99, the viewers on the same 2 cores", ours: ours.lastP99.Round(time.Millisecond).String(), aim: "≤ 100 ms"},
	)
	return rows, nil
}

// watch has an audience follow one server for a while.
func watch(ctx context.Context, name, path string) (c crowd, err error) {
	s, err := start(ctx, name)
	if err != nil {
		return c, err
	}
	defer s.stop()
	before, err := s.rss()
	if err != nil {
		return c, err
	}
	var messages atomic.Int64
	spread := newSpread()
	conns := make([]*websocket.Conn, audience)
	for i := range conns {
		conns[i], _, err = websocket.DefaultDialer.DialContext(ctx, "ws://"+s.addr+path, nil)
		if err != nil {
			return c, fmt.Errorf("viewer %d of %s: %w", i, name, err)
		}
		defer conns[i].Close()
		go func(conn *websocket.Conn) {
			for {
				_, payload, err := conn.ReadMessage()
				if err != nil {
					return
				}
				messages.Add(1)
				spread.arrived(payload, time.Now())
			}
		}(conns[i])
	}
	time.Sleep(2 * time.Second)
	spread.reset()
	n0 := messages.Load()
	cpu0, err := s.cpu()
	if err != nil {
		return c, err
	}
	time.Sleep(watching)
	cpu1, err := s.cpu()
	if err != nil {
		return c, err
	}
	n := messages.Load() - n0
	after, err := s.rss()
	if err != nil {
		return c, err
	}
	if want := int64(audience * watching / tick); n < want*9/10 {
		return c, fmt.Errorf("%s delivered %d messages of %d", name, n, want)
	}
	return crowd{perMessage: (cpu1 - cpu0) / time.Duration(n), perViewer: (after - before) / audience, lastP99: spread.p99()}, nil
}

// A spread notes when the last viewer got each of our frames.
type spread struct {
	slots []tickSlot // by seq
}

type tickSlot struct{ at, last atomic.Int64 } // Unix ms; 0 unset

func newSpread() *spread { return &spread{slots: make([]tickSlot, 4096)} }

// arrived takes in one frame. Only ours say their number and their time.
func (s *spread) arrived(payload []byte, now time.Time) {
	seq, ok := number(payload, `"seq":`)
	at, ok2 := number(payload, `"t":`)
	if !ok || !ok2 {
		return
	}
	slot := &s.slots[seq%int64(len(s.slots))]
	slot.at.Store(at)
	ms := now.UnixMilli()
	for last := slot.last.Load(); ms > last && !slot.last.CompareAndSwap(last, ms); last = slot.last.Load() {
	}
}

// number returns the integer after name.
func number(payload []byte, name string) (n int64, ok bool) {
	_, rest, ok := bytes.Cut(payload, []byte(name))
	for _, c := range rest {
		if c < '0' || c > '9' {
			break
		}
		n = 10*n + int64(c-'0')
	}
	return n, ok
}

func (s *spread) reset() {
	for i := range s.slots {
		s.slots[i].at.Store(0)
		s.slots[i].last.Store(0)
	}
}

func (s *spread) p99() time.Duration {
	var all []int64
	for i := range s.slots {
		if at, last := s.slots[i].at.Load(), s.slots[i].last.Load(); at > 0 {
			all = append(all, last-at)
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return time.Duration(all[len(all)*99/100]) * time.Millisecond
}
