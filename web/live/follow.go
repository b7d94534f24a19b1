package live

import (
	"errors"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/profiler"
)

// errBehind reports a viewer that cannot keep up.
var errBehind = errors.New("the viewer fell behind")

// write says hello and then follows the ring.
func (h *Hub) write(v *viewer, place Place, state func() []byte) {
	ping := time.NewTicker(h.cfg.Ping)
	defer ping.Stop()
	next := func() error { return h.greet(v, place, state) }
	for {
		switch err := h.turn(v, next); {
		case errors.Is(err, errBehind):
			h.countCut()
			h.goodbye(v, websocket.CloseTryAgainLater, "fell behind")
			return
		case err != nil:
			return
		}
		next = nil
		select {
		case <-v.ready:
		case <-v.left:
			return
		case <-v.shut:
			if h.turn(v, nil) == nil { // what was published before
				h.goodbye(v, websocket.CloseGoingAway, "shutting down")
			}
			return
		case data := <-v.pings:
			next = func() error { return h.control(v, websocket.PongMessage, data) }
		case <-ping.C:
			next = func() error { return h.control(v, websocket.PingMessage, "") }
		}
	}
}

// turn finishes what is half written, says what is to be said in between, if
// anything, and sends every frame there is.
func (h *Hub) turn(v *viewer, say func() error) error {
	v.writing.Lock()
	defer v.writing.Unlock()
	if err := h.finish(v); err != nil {
		return err
	}
	if say != nil {
		if err := say(); err != nil {
			return err
		}
	}
	return h.catchUp(v)
}

// greet says where the viewer goes on.
func (h *Hub) greet(v *viewer, place Place, state func() []byte) error {
	v.seq = h.Seq()
	resume := h.holds(place.Epoch, place.After)
	if resume {
		v.seq = place.After
	}
	hello := helloFrame{
		Type: "hello", Epoch: h.cfg.Epoch, Seq: v.seq, Target: h.cfg.Target, Columns: profiler.FigureNames(),
		Role: place.Role, EveryMS: h.readingsEvery().Milliseconds(), Resume: resume,
	}
	if err := h.send(v, frame(hello)); err != nil || state == nil {
		return err
	}
	return h.send(v, frame(stateFrame{"state", v.seq, h.cfg.Target, state()}))
}

// catchUp sends every frame after v.seq. A frame is whole and unmasked: past
// the library, a message to a thousand viewers is a thousand plain writes.
func (h *Hub) catchUp(v *viewer) error {
	for {
		wire, waiting, ok := h.next(v.seq)
		switch {
		case !ok, v.caughtUp && waiting > maxLag:
			return errBehind
		case waiting == 0:
			v.caughtUp = true
			return nil
		}
		v.seq, v.rest = v.seq+1, wire
		if err := h.finish(v); err != nil {
			return err
		}
	}
}

// finish writes what is left of a frame.
func (h *Hub) finish(v *viewer) error {
	if len(v.rest) == 0 {
		return nil
	}
	h.extend(v)
	_, err := v.conn.NetConn().Write(v.rest)
	v.rest = nil
	return err
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
	v.writing.Lock() // for good: nothing is written after this
	deadline := time.Now().Add(time.Second)
	v.conn.SetWriteDeadline(deadline)
	if len(v.rest) > 0 {
		if _, err := v.conn.NetConn().Write(v.rest); err != nil {
			return // half a frame went out, which nothing can follow
		}
	}
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
