package live_test

import (
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/web/live"
)

// fromClient is one frame of RFC 6455 (section 5.2) as clients send it, its
// payload masked with zeros.
func fromClient(first byte, payload []byte) []byte {
	const masked = 0x80
	frame := []byte{first}
	switch n := len(payload); {
	case n < 126:
		frame = append(frame, masked|byte(n))
	case n < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, masked|126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, masked|127), uint64(n))
	}
	return append(append(frame, 0, 0, 0, 0), payload...)
}

// FuzzViewerInput has a viewer send anything, and then nothing more. Its
// connection ends with whole frames, and the others notice nothing.
func FuzzViewerInput(f *testing.F) {
	const final, text, binaryData, closing, ping, pong = 0x80, 1, 2, 8, 9, 10
	f.Add([]byte{})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte{final | text, 5, 'h', 'e', 'l', 'l', 'o'})              // not masked
	f.Add([]byte{final | text, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})      // a length without end
	f.Add(append(fromClient(text, []byte("be")), fromClient(0, nil)...)) // fragments that do not end
	for _, first := range []byte{final | text, final | binaryData, final | closing, final | ping, final | pong, final, 0x70, 0xff} {
		for _, n := range []int{0, 1, 2, 125, 126, 5000} {
			f.Add(fromClient(first, make([]byte, n)))
		}
	}
	f.Add(fromClient(final|closing, []byte{0x03, 0xe8, 'b', 'y', 'e'}))

	r := newRoom(f, live.Config{Ping: time.Hour}) // between two inputs the other may be silent for long
	other := r.dial(f, "")
	next(f, other)
	sent, at := 0.0, time.Now()
	f.Fuzz(func(t *testing.T, raw []byte) {
		conn := r.dial(t, "")
		tcp := conn.NetConn().(*net.TCPConn)
		tcp.SetDeadline(time.Now().Add(5 * time.Second))
		tcp.Write(raw) // it may be cut off meanwhile
		tcp.CloseWrite()
		if err := readToEnd(conn); !ended(err) {
			t.Errorf("after %q the connection ends with %v", raw, err)
		}
		conn.Close()

		sent, at = sent+1, at.Add(100*time.Millisecond)
		r.hub.Reading(reading(at, sent))
		if got := next(t, other); got.Type != "reading" || *got.V[0] != sent {
			t.Errorf("after %q the other viewer is sent %+v, want reading %v", raw, got, sent)
		}
		for deadline := time.Now().Add(5 * time.Second); r.hub.Usage().Viewers > 1; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after %q %d viewers are left, want 1", raw, r.hub.Usage().Viewers)
			}
		}
	})
}

func readToEnd(conn *websocket.Conn) error {
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			return err
		}
	}
}

// ended reports whether err is a connection's end, with or without a goodbye,
// and neither a frame that cannot be read nor silence.
func ended(err error) bool {
	var goodbye *websocket.CloseError
	var network *net.OpError
	return errors.As(err, &goodbye) || errors.As(err, &network) && !network.Timeout()
}
