package live_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web/live"
)

// A badLine forwards TCP to a server and treats what the server sends badly:
// it slices it into a few bytes at a time, delays some of it, and now and then
// cuts the connection in the middle.
type badLine struct {
	net.Listener
	to string

	mu   sync.Mutex
	rand *rand.Rand
	open sync.WaitGroup
}

func newBadLine(t *testing.T, to string, seed uint64) *badLine {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &badLine{Listener: l, to: to, rand: rand.New(rand.NewPCG(seed, 0))}
	b.open.Go(b.accept)
	t.Cleanup(func() {
		l.Close()
		b.open.Wait()
	})
	return b
}

func (b *badLine) draw(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rand.IntN(n)
}

func (b *badLine) accept() {
	for {
		client, err := b.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", b.to)
		if err != nil {
			client.Close()
			return
		}
		b.open.Go(func() {
			io.Copy(server, client)
			server.Close()
		})
		b.open.Go(func() {
			b.mistreat(client, server, 2_000+b.draw(30_000))
			client.Close()
			server.Close()
		})
	}
}

// mistreat copies at most limit bytes to client.
func (b *badLine) mistreat(client, server net.Conn, limit int) {
	buf := make([]byte, 512)
	for limit > 0 {
		n, err := server.Read(buf[:1+b.draw(len(buf))])
		if err != nil {
			return
		}
		for data := buf[:n]; len(data) > 0; {
			slice := min(1+b.draw(64), len(data))
			if _, err := client.Write(data[:slice]); err != nil {
				return
			}
			data = data[slice:]
		}
		if b.draw(50) == 0 {
			time.Sleep(time.Duration(b.draw(5)) * time.Millisecond)
		}
		limit -= n
	}
}

// A page follows the stream as the browser's does: it comes back with the last
// frame it has seen, and drops what it has.
type page struct {
	seqs     []uint64
	last     uint64
	connects int
	resumes  int
}

// follow reads until it has seen frame end, over as many connections as it
// takes.
func (p *page) follow(address string, end uint64) error {
	for p.last < end {
		p.connects++
		if p.connects > 2000 {
			return fmt.Errorf("%d connections and still at frame %d of %d", p.connects, p.last, end)
		}
		conn, _, err := websocket.DefaultDialer.Dial(fmt.Sprintf("ws://%s/?epoch=e1&after=%d", address, p.last), nil)
		if err != nil {
			continue // cut during the handshake
		}
		p.read(conn, end)
		conn.Close()
	}
	return nil
}

func (p *page) read(conn *websocket.Conn, end uint64) {
	for p.last < end {
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		var f frame
		if conn.ReadJSON(&f) != nil {
			return
		}
		switch f.Type {
		case "hello":
			if f.Resume {
				p.resumes++
			}
		case "reading", "mark":
			if f.Seq > p.last {
				p.seqs, p.last = append(p.seqs, f.Seq), f.Seq
			}
		}
	}
}

func TestNothingIsLostOnABadLine(t *testing.T) {
	const frames = 1500
	r := newRoom(t, live.Config{})
	line := newBadLine(t, strings.TrimPrefix(r.URL, "http://"), 7)
	p := &page{}
	done := make(chan error)
	go func() { done <- p.follow(line.Addr().String(), frames) }()
	at := time.Now()
	for i := range frames {
		at = at.Add(100 * time.Millisecond)
		r.hub.Reading(reading(at, float64(i)))
		if i%10 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(p.seqs) != frames {
		t.Fatalf("%d frames arrived, want %d", len(p.seqs), frames)
	}
	for i, seq := range p.seqs {
		if seq != uint64(i+1) {
			t.Fatalf("frame %d arrived in place of %d", seq, i+1)
		}
	}
	if p.connects < 5 || p.resumes < 4 {
		t.Errorf("%d connections, %d resumed: the line was too good to prove anything", p.connects, p.resumes)
	}
	t.Logf("%d connections", p.connects)
}

func TestAfterFiveMinutesAViewerIsToldToFetchAgain(t *testing.T) {
	r := newRoom(t, live.Config{})
	at := time.Now()
	const perFiveMinutes = 5 * 60 * 10
	for range perFiveMinutes + 1 {
		at = at.Add(100 * time.Millisecond)
		r.hub.Reading(reading(at, 1))
	}
	if hello := next(t, r.dial(t, "epoch=e1&after=1")); !hello.Resume {
		t.Error("five minutes of readings were not kept")
	}
	for range r.hub.Usage().MaxFrames {
		at = at.Add(100 * time.Millisecond)
		r.hub.Mark(profiler.Mark{At: at})
	}
	if hello := next(t, r.dial(t, "epoch=e1&after=1")); hello.Resume {
		t.Error("a viewer is promised frames that the ring cannot hold")
	}
}
