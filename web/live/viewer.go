package live

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// A viewer need send nothing. What it may send all the same is bounded: the bytes
// of a message, and how many messages, pings and pongs come between two of our
// pings. A page answers those; a flood would cost a core to read and drop.
const (
	readLimit  = 4096
	maxChatter = 256
)

// errChatter reports a viewer that sends without end.
var errChatter = errors.New("the viewer sends too much")

// A viewer is one connection. The goroutine in read is its only reader. Writing
// is the right of whoever holds the lock: its own goroutine, in write, which may
// wait for the socket, or while that is at rest the hub's, in offer, which never
// waits.
type viewer struct {
	conn *websocket.Conn

	writing   sync.Mutex
	raw       syscall.RawConn // of conn; nil when it cannot be written to without waiting
	writeOnce func(fd uintptr) bool
	offered   []byte    // by tryWrite to once
	taken     int       // of them
	until     time.Time // the write deadline as it was last set
	seq       uint64    // of the last frame written, but for rest
	rest      []byte    // of that frame, still to be written
	caughtUp  bool      // it has been, once

	ready chan struct{} // there is something new; one token
	shut  chan struct{} // closed by the hub: the observer ends
	pings chan string   // from the reader, for the writer to answer; one at a time
	left  chan struct{} // closed by the reader: the peer is gone
	gone  chan struct{} // closed when serve has returned
}

func (v *viewer) wake() {
	select {
	case v.ready <- struct{}{}:
	default:
	}
}

// A Place is where a viewer wants to go on.
type Place struct {
	Epoch string
	After uint64
	Role  string // told back in the hello
}

// Serve upgrades the request and follows the hub from place until the viewer
// leaves, falls behind, or the hub closes. checkOrigin decides about the
// request's Origin. state is sent first when it is not nil.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, place Place, checkOrigin func(*http.Request) bool, state func() []byte) {
	v := &viewer{
		ready: make(chan struct{}, 1), shut: make(chan struct{}), pings: make(chan string, 1),
		left: make(chan struct{}), gone: make(chan struct{}),
	}
	if !h.join(v) {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many viewers are connected", http.StatusServiceUnavailable)
		return
	}
	defer close(v.gone)
	defer h.leave(v)
	upgrader := websocket.Upgrader{
		HandshakeTimeout: h.cfg.Timeout, ReadBufferSize: 1024, WriteBufferSize: 1024,
		CheckOrigin: checkOrigin, // compression stays off: it costs megabytes a viewer
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	v.writing.Lock() // the hub knows of v already
	v.conn, v.raw, v.writeOnce = conn, rawConn(conn.NetConn()), v.once
	v.writing.Unlock()
	defer func() {
		conn.Close()
		<-v.left
	}()
	go h.read(v)
	h.write(v, place, state)
}

// read takes in control frames, drops anything else, and notices the end.
func (h *Hub) read(v *viewer) {
	defer close(v.left)
	heard := chatter{every: h.cfg.Ping}
	inside := false // a message, which has until the deadline for its last piece
	took := func(string) error {
		now := time.Now()
		if err := heard.count(now); err != nil || inside {
			return err
		}
		return v.conn.SetReadDeadline(now.Add(h.cfg.Ping + h.cfg.Timeout))
	}
	v.conn.SetReadLimit(readLimit)
	v.conn.SetPongHandler(took)
	v.conn.SetPingHandler(func(data string) error {
		select {
		case v.pings <- data:
		default: // the answer to the one before says as much
		}
		return took("")
	})
	err := took("")
	for err == nil {
		var message io.Reader
		if _, message, err = v.conn.NextReader(); err == nil {
			inside = true
			_, err = io.Copy(io.Discard, message)
			inside = false
		}
		if err == nil {
			err = took("")
		}
	}
	if errors.Is(err, errChatter) {
		goodbye := websocket.FormatCloseMessage(websocket.ClosePolicyViolation, err.Error())
		v.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
	}
}

// chatter counts what a viewer sends. The reader owns it.
type chatter struct {
	every time.Duration
	since time.Time
	n     int // since then
}

func (c *chatter) count(now time.Time) error {
	if now.Sub(c.since) >= c.every {
		c.since, c.n = now, 0
	}
	if c.n++; c.n > maxChatter {
		return errChatter
	}
	return nil
}
