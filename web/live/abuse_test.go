package live_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/leakline/leakline/web/live"
)

const (
	final, rsv1                                           = 0x80, 0x40
	more, text, binaryData, closing, pingFrame, pongFrame = 0, 1, 2, 8, 9, 10
)

// A witness is a viewer that behaves: it reads all the time, and fails the test
// if a frame is missing.
type witness struct {
	room *room
	at   time.Time
	seqs chan uint64 // of the frames as they come
	last uint64      // that sees has taken
}

func newWitness(t *testing.T, r *room) *witness {
	t.Helper()
	conn := r.dial(t, "")
	w := &witness{room: r, at: time.Now(), seqs: make(chan uint64, 4096)}
	w.last = next(t, conn).Seq
	conn.SetReadDeadline(time.Time{}) // silence is noticed in sees
	go func() {
		for {
			var f frame
			if conn.ReadJSON(&f) != nil {
				return
			}
			w.seqs <- f.Seq
		}
	}()
	return w
}

// sees publishes a reading and waits until it has come, after all before it.
func (w *witness) sees(t *testing.T, when string) {
	t.Helper()
	w.at = w.at.Add(100 * time.Millisecond)
	w.room.hub.Reading(reading(w.at, 1))
	for end := w.room.hub.Seq(); w.last < end; w.last++ {
		select {
		case seq := <-w.seqs:
			if seq != w.last+1 {
				t.Fatalf("%s: the other viewer gets frame %d after %d", when, seq, w.last)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the other viewer does not get frame %d", when, w.last+1)
		}
	}
}

// flood writes b over and over until the other side has had enough.
func flood(conn net.Conn, b []byte) {
	many := bytes.Repeat(b, 1+4096/len(b))
	conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, err := conn.Write(many); err != nil {
			return
		}
	}
}

// Whatever a viewer sends, its connection ends as the protocol says or what it
// sent is dropped; it holds no memory and no goroutine of ours afterwards, and
// the viewer beside it misses nothing.
func TestAbusiveViewers(t *testing.T) {
	write := func(frames ...[]byte) func(net.Conn) {
		return func(c net.Conn) { c.Write(bytes.Join(frames, nil)) }
	}
	floodOf := func(frame []byte) func(net.Conn) {
		return func(c net.Conn) { flood(c, frame) }
	}
	const stays, cut = 0, -1
	tests := []struct {
		name  string
		abuse func(net.Conn)
		want  int // the close code; cut: ended, with or without one; stays: the stream goes on
	}{
		{"a message of 1 MiB", write(fromClient(final|text, make([]byte, 1<<20))), cut},
		{"a message just too large", write(fromClient(final|text, make([]byte, 4097))), websocket.CloseMessageTooBig},
		{"a length without end", write([]byte{final | text, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}), cut},
		{"a length with the sign bit", write([]byte{final | text, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}), cut},
		{"fragments that add up", write(fromClient(text, make([]byte, 3000)), fromClient(more, make([]byte, 1097))), websocket.CloseMessageTooBig},
		{"a flood of fragments", func(c net.Conn) { write(fromClient(text, nil))(c); flood(c, fromClient(more, []byte("x"))) }, cut},
		{"a flood of empty fragments", func(c net.Conn) { write(fromClient(text, nil))(c); flood(c, fromClient(more, nil)) }, cut},
		{"the same between pongs", func(c net.Conn) {
			write(fromClient(text, nil))(c)
			flood(c, append(bytes.Repeat(fromClient(more, nil), 50_000), fromClient(final|pongFrame, nil)...))
		}, cut},
		{"a message inside a message", write(fromClient(text, nil), fromClient(final|text, nil)), websocket.CloseProtocolError},
		{"a frame without a mask", write([]byte{final | text, 2, 'h', 'i'}), websocket.CloseProtocolError},
		{"a compressed frame, though none was agreed on", write(fromClient(final|rsv1|text, []byte("x"))), websocket.CloseProtocolError},
		{"a kind of frame there is not", write(fromClient(final|3, nil)), websocket.CloseProtocolError},
		{"a ping too long", write(fromClient(final|pingFrame, make([]byte, 126))), websocket.CloseProtocolError},
		{"a ping in pieces", write(fromClient(pingFrame, nil)), websocket.CloseProtocolError},
		{"a goodbye with a code there is not", write(fromClient(final|closing, []byte{0, 1})), websocket.CloseProtocolError},
		{"a goodbye that is not UTF-8", write(fromClient(final|closing, []byte{0x03, 0xe8, 0xff})), websocket.CloseProtocolError},
		{"text that is not UTF-8", write(fromClient(final|text, []byte{0xff, 0xc0, 0x80})), stays},
		{"binary messages", write(bytes.Repeat(fromClient(final|binaryData, make([]byte, 4096)), 20)), stays},
		{"a few pings and pongs", write(bytes.Repeat(fromClient(final|pingFrame, []byte("p")), 20), bytes.Repeat(fromClient(final|pongFrame, nil), 20)), stays},
		{"a flood of pings", floodOf(fromClient(final|pingFrame, make([]byte, 125))), cut},
		{"a flood of pongs", floodOf(fromClient(final|pongFrame, nil)), cut},
		{"a flood of messages", floodOf(fromClient(final|text, nil)), cut},
		{"somewhat too many messages", write(bytes.Repeat(fromClient(final|text, nil), 300)), websocket.ClosePolicyViolation},
	}
	r := newRoom(t, live.Config{Ping: 500 * time.Millisecond, Timeout: 3 * time.Second})
	w := newWitness(t, r)
	settled := idle(t, r, 1)
	before := heapObjects()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			conn := r.dial(t, "")
			next(t, conn)
			tt.abuse(conn.NetConn())
			if tt.want == stays {
				w.sees(t, "after the abuse")
				if f := next(t, conn); f.Type != "reading" {
					t.Errorf("the stream goes on with %+v, want a reading", f)
				}
			} else {
				conn.SetReadDeadline(time.Now().Add(10 * time.Second))
				err := readToEnd(conn)
				if tt.want == cut && !ended(err) || tt.want != cut && !websocket.IsCloseError(err, tt.want) {
					t.Errorf("the connection ends with %v, want %d", err, tt.want)
				}
			}
			conn.Close()
			w.sees(t, "afterwards")
		})
	}
	if got := idle(t, r, 1); got > settled {
		t.Errorf("%d goroutines are left, %d were there before", got, settled)
	}
	if grown := heapObjects() - before; grown > 2<<20 {
		t.Errorf("live memory has grown by %d bytes", grown)
	}
}

// Those that do not read hold what their socket holds, and no more of ours;
// whatever they send meanwhile changes nothing.
func TestViewersThatDoNotRead(t *testing.T) {
	r := newRoom(t, live.Config{Ping: 500 * time.Millisecond, Timeout: 3 * time.Second})
	w := newWitness(t, r)
	settled := idle(t, r, 1)
	before := heapObjects()
	for i := range 40 {
		conn := r.dial(t, "")
		next(t, conn)
		if tcp := conn.NetConn().(*net.TCPConn); i%2 == 0 {
			tcp.SetReadBuffer(2048)
		} else {
			tcp.Write(bytes.Repeat(fromClient(final|pingFrame, make([]byte, 125)), 200))
		}
	}
	for deadline := time.Now().Add(20 * time.Second); r.hub.Usage().Viewers > 1; {
		w.sees(t, "beside viewers that do not read")
		if r.hub.Usage().Viewers > 1 && heapObjects()-before > 8<<20 {
			t.Fatalf("live memory has grown by %d bytes", heapObjects()-before)
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d viewers are left that answer no ping, want 0", r.hub.Usage().Viewers-1)
		}
	}
	if got := idle(t, r, 1); got > settled {
		t.Errorf("%d goroutines are left, %d were there before", got, settled)
	}
}

// A handshake may ask for anything; it gets a plain stream or a refusal.
func TestHandshakes(t *testing.T) {
	const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
	good := []string{"GET / HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key}
	tests := []struct {
		name         string
		without, add string
		body         string
		want         int // 0: cut without an answer
	}{
		{name: "as it should be", want: 101},
		{name: "with compression", add: "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits", want: 101},
		{name: "with subprotocols", add: "Sec-WebSocket-Protocol: token, instructor-0123456789", want: 101},
		{name: "without a key", without: key, want: 400},
		{name: "with a key too short", without: key, add: "Sec-WebSocket-Key: eA==", want: 400},
		{name: "of an older version", without: "Sec-WebSocket-Version: 13", add: "Sec-WebSocket-Version: 8", want: 400},
		{name: "no upgrade at all", without: "Upgrade: websocket", want: 400},
		{name: "to another protocol", without: "Upgrade: websocket", add: "Upgrade: h2c", want: 400},
		{name: "of another method", without: good[0], add: "POST / HTTP/1.1", want: 405},
		{name: "with frames before it is done", body: "\x81\x80\x00\x00\x00\x00", want: 0},
	}
	r := newRoom(t, live.Config{})
	w := newWitness(t, r)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var lines []string
			for _, line := range good {
				if line == tt.without {
					line = tt.add
				}
				if line != "" {
					lines = append(lines, line)
				}
			}
			if tt.without == "" && tt.add != "" {
				lines = append(lines, tt.add)
			}
			conn, err := net.Dial("tcp", r.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"+tt.body)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			switch {
			case tt.want == 0:
				if !errors.Is(err, io.ErrUnexpectedEOF) && !ended(err) {
					t.Errorf("answered %v, %v: want it cut", resp, err)
				}
			case err != nil || resp.StatusCode != tt.want:
				t.Errorf("answered %v, %v: want %d", resp, err, tt.want)
			case resp.Header.Get("Sec-Websocket-Extensions")+resp.Header.Get("Sec-Websocket-Protocol") != "":
				t.Errorf("agreed to %v, want neither an extension nor a subprotocol", resp.Header)
			}
			conn.Close()
			w.sees(t, "after the handshake")
		})
	}
	idle(t, r, 1)
}

func TestThousandsComeAndGo(t *testing.T) {
	r := newRoom(t, live.Config{})
	w := newWitness(t, r)
	settled := idle(t, r, 1)
	before := heapObjects()
	for i := range 3000 {
		conn, err := net.Dial("tcp", r.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		const handshake = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
		switch i % 3 {
		case 0: // half a handshake
			io.WriteString(conn, handshake[:40])
		case 1: // a whole one, and gone before the answer
			io.WriteString(conn, handshake)
		case 2:
			io.WriteString(conn, handshake)
			conn.Read(make([]byte, 512))
		}
		conn.Close()
		if i%100 == 0 {
			w.sees(t, "while others come and go")
		}
	}
	if got := idle(t, r, 1); got > settled {
		t.Errorf("%d goroutines are left, %d were there before", got, settled)
	}
	if grown := heapObjects() - before; grown > 2<<20 {
		t.Errorf("live memory has grown by %d bytes", grown)
	}
}

// idle waits until so many viewers are left and nobody works for those that are
// gone, and returns how many goroutines there are.
func idle(t *testing.T, r *room, viewers int) int {
	t.Helper()
	least := runtime.NumGoroutine()
	for deadline, calm := time.Now().Add(10*time.Second), 0; calm < 20; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d viewers and %d goroutines are left, want %d viewers", r.hub.Usage().Viewers, runtime.NumGoroutine(), viewers)
		}
		calm++
		if now := runtime.NumGoroutine(); now != least || r.hub.Usage().Viewers != viewers {
			least, calm = now, 0
		}
	}
	return least
}

// heapObjects is the live memory of this process in bytes.
func heapObjects() int64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
