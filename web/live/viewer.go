package live

import (
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/profiler"
)

// readLimit bounds what a viewer may send in one message; it need send nothing.
const readLimit = 4096

// A viewer is one connection. The goroutine in serve is its only writer; the
// one in read its only reader.
type viewer struct {
	conn  *websocket.Conn
	until time.Time     // the write deadline as it was last set
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
	v.conn = conn
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
	v.conn.SetReadLimit(readLimit)
	extend := func(string) error { return v.conn.SetReadDeadline(time.Now().Add(h.cfg.Ping + h.cfg.Timeout)) }
	v.conn.SetPongHandler(extend)
	v.conn.SetPingHandler(func(data string) error {
		select {
		case v.pings <- data:
		default: // the answer to the one before says as much
		}
		return extend("")
	})
	for extend("") == nil {
		if _, _, err := v.conn.NextReader(); err != nil {
			return
		}
	}
}

// errBehind reports a viewer that cannot keep up.
var errBehind = errors.New("the viewer fell behind")

// write says hello and then follows the ring.
func (h *Hub) write(v *viewer, place Place, state func() []byte) {
	seq := h.Seq()
	resume := h.holds(place.Epoch, place.After)
	if resume {
		seq = place.After
	}
	hello := helloFrame{
		Type: "hello", Epoch: h.cfg.Epoch, Seq: seq, Target: h.cfg.Target, Columns: profiler.FigureNames(),
		Role: place.Role, EveryMS: 100, Resume: resume,
	}
	if h.send(v, frame(hello)) != nil {
		return
	}
	if state != nil && h.send(v, frame(stateFrame{"state", seq, h.cfg.Target, state()})) != nil {
		return
	}
	ping := time.NewTicker(h.cfg.Ping)
	defer ping.Stop()
	caughtUp := false
	for {
		var err error
		seq, caughtUp, err = h.catchUp(v, seq, caughtUp)
		if errors.Is(err, errBehind) {
			h.countCut()
			h.goodbye(v, websocket.CloseTryAgainLater, "fell behind")
			return
		}
		if err != nil {
			return
		}
		select {
		case <-v.ready:
		case <-v.left:
			return
		case <-v.shut:
			h.goodbye(v, websocket.CloseGoingAway, "shutting down")
			return
		case data := <-v.pings:
			if h.control(v, websocket.PongMessage, data) != nil {
				return
			}
		case <-ping.C:
			if h.control(v, websocket.PingMessage, "") != nil {
				return
			}
		}
	}
}

// catchUp sends every frame after seq and returns the last one sent.
func (h *Hub) catchUp(v *viewer, seq uint64, caughtUp bool) (uint64, bool, error) {
	for {
		wire, waiting, ok := h.next(seq)
		switch {
		case !ok, caughtUp && waiting > maxLag:
			return seq, caughtUp, errBehind
		case waiting == 0:
			return seq, true, nil
		}
		// The frame is whole and unmasked: past the library, a message to a
		// thousand viewers is a thousand plain writes.
		h.extend(v)
		if _, err := v.conn.NetConn().Write(wire); err != nil {
			return seq, caughtUp, err
		}
		seq++
	}
}

// extend moves the write deadline on. Moving it costs as much as a small write,
// so it is moved when a quarter of it has passed.
func (h *Hub) extend(v *viewer) {
	if now := time.Now(); v.until.Sub(now) < h.cfg.Timeout*3/4 {
		v.until = now.Add(h.cfg.Timeout)
		v.conn.NetConn().SetWriteDeadline(v.until)
	}
}

// control writes a control frame, which moves the write deadline its own way.
func (h *Hub) control(v *viewer, kind int, data string) error {
	v.until = time.Time{}
	return v.conn.WriteControl(kind, []byte(data), time.Now().Add(h.cfg.Timeout))
}

func (h *Hub) send(v *viewer, payload []byte) error {
	v.conn.SetWriteDeadline(time.Now().Add(h.cfg.Timeout))
	return v.conn.WriteMessage(websocket.TextMessage, payload)
}

// goodbye says why before it closes, in a frame for the page and in the close
// code for everyone else.
func (h *Hub) goodbye(v *viewer, code int, reason string) {
	deadline := time.Now().Add(time.Second)
	v.conn.SetWriteDeadline(deadline)
	v.conn.WriteMessage(websocket.TextMessage, frame(byeFrame{"bye", reason}))
	v.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), deadline)
	// The peer's close frame ends the reader; a silent peer is not waited for.
	v.conn.SetReadDeadline(deadline)
	<-v.left
}

func (h *Hub) countCut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cut++
}
