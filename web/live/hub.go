// Package live sends what is learned of a target to everyone who watches. A
// frame is encoded once and kept in one ring for all viewers; each viewer is a
// place in that ring. So a publisher never waits, a viewer costs no queue, and
// one that was away gets exactly what it missed while the ring still has it.
package live

import (
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
)

const (
	// defaultFrames is five minutes of readings and of a presenter's moves, both at
	// 10 Hz, and some marks.
	defaultFrames = 6400

	// maxLag is how far a viewer that had caught up may fall behind: five
	// seconds at that pace. Beyond it the picture is a lie; the viewer is cut,
	// told, and comes back for what it missed.
	maxLag = 100
)

// Config tunes a hub. Epoch and Target are required.
type Config struct {
	Epoch      string        // of this observer run
	Target     string        // whose frames these are
	MaxViewers int           // connections in all; default 2 000
	Ping       time.Duration // between pings; default 20 s
	Timeout    time.Duration // for a write, and for a pong after a ping; default 10 s

	// Frames is how many are kept for viewers that come back; default 6 400. A
	// stream that is slow fills many for hours, which looks like a leak.
	Frames int
}

func (c Config) withDefaults() Config {
	if c.MaxViewers == 0 {
		c.MaxViewers = 2000
	}
	if c.Ping == 0 {
		c.Ping = 20 * time.Second
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Frames == 0 {
		c.Frames = defaultFrames
	}
	return c
}

// A Hub publishes frames to viewers. It is safe for concurrent use.
type Hub struct {
	cfg Config

	mu      sync.Mutex
	ring    [][]byte // frame seq, as it goes over the wire, is at seq % len(ring)
	seq     uint64   // of the newest frame
	viewers map[*viewer]struct{}
	lastAt  time.Time     // of the newest reading
	every   time.Duration // until the next one is due
	scratch []byte
	closed  bool

	delivered  uint64 // frames that deliver has offered to the viewers at rest
	delivering bool   // a goroutine is in deliver

	cut   uint64 // viewers that fell behind
	bytes uint64 // of the readings frames, to know their mean
	sent  uint64 // readings frames
}

// NewHub returns a hub without viewers.
func NewHub(cfg Config) *Hub {
	cfg = cfg.withDefaults()
	return &Hub{cfg: cfg, ring: make([][]byte, cfg.Frames), every: readingEvery, viewers: make(map[*viewer]struct{})}
}

// Reading publishes a reading.
func (h *Hub) Reading(p profiler.Point) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.lastAt.IsZero() && p.At.Sub(h.lastAt) > max(gapAfter, gapTimes*p.Every) {
		h.seq++
		h.keepLocked(frame(gapFrame{"gap", h.seq, h.cfg.Target, h.lastAt.UnixMilli(), p.At.UnixMilli()}))
	}
	h.lastAt, h.every = p.At, max(readingEvery, p.Every)
	h.seq++
	h.scratch = appendReading(h.scratch[:0], h.cfg.Target, h.seq, &p)
	h.sent++
	h.bytes += uint64(len(h.scratch))
	h.keepLocked(h.scratch)
}

// Mark publishes a mark.
func (h *Hub) Mark(m profiler.Mark) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.keepLocked(frame(markFrame{"mark", h.seq, h.cfg.Target, MarkOnWire(m)}))
}

// State publishes a state, which is JSON.
func (h *Hub) State(state []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.keepLocked(frame(stateFrame{"state", h.seq, h.cfg.Target, state}))
}

// Verdict publishes a verdict, which is JSON.
func (h *Hub) Verdict(verdict []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.keepLocked(frame(verdictFrame{"verdict", h.seq, h.cfg.Target, verdict}))
}

// Room publishes what has changed in the room, which is JSON and for every eye.
func (h *Hub) Room(room []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.keepLocked(frame(roomFrame{"room", h.seq, h.cfg.Target, room}))
}

// keepLocked puts the frame h.seq into the ring and has it delivered.
func (h *Hub) keepLocked(payload []byte) {
	h.ring[h.at(h.seq)] = onTheWire(payload)
	if !h.delivering {
		h.delivering = true
		go h.deliver()
	}
}

// at is where a frame is in the ring.
func (h *Hub) at(seq uint64) int { return int(seq % uint64(len(h.ring))) }

// Seq is the number of the newest frame.
func (h *Hub) Seq() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}

// next returns the frame after seq and how many are waiting in all; ok is
// false when that frame is not there any more.
func (h *Hub) next(seq uint64) (wire []byte, waiting uint64, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting = h.seq - seq
	if waiting == 0 {
		return nil, 0, true
	}
	if waiting > uint64(len(h.ring)) {
		return nil, waiting, false
	}
	return h.ring[h.at(seq+1)], waiting, true
}

// readingsEvery is how far apart readings are.
func (h *Hub) readingsEvery() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.every
}

// holds reports whether everything after seq of an epoch can still be sent.
func (h *Hub) holds(epoch string, after uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return epoch == h.cfg.Epoch && after <= h.seq && h.seq-after <= uint64(len(h.ring))
}

// join admits a viewer, unless the hub is full or closed.
func (h *Hub) join(v *viewer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.viewers) >= h.cfg.MaxViewers {
		return false
	}
	h.viewers[v] = struct{}{}
	return true
}

func (h *Hub) leave(v *viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.viewers, v)
}

// Close tells every viewer that the observer ends and waits until they are
// gone or have been told for too long.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	gone := make([]<-chan struct{}, 0, len(h.viewers))
	for v := range h.viewers {
		close(v.shut)
		gone = append(gone, v.gone)
	}
	h.mu.Unlock()
	deadline := time.After(2 * time.Second)
	for _, g := range gone {
		select {
		case <-g:
		case <-deadline:
			return
		}
	}
}

// Usage says what the hub holds.
type Usage struct {
	Viewers, MaxViewers int
	Frames, MaxFrames   int
	Cut                 uint64  // viewers that fell behind
	MeanReadingBytes    float64 // of a reading frame
}

// Plus is what two hubs hold together.
func (u Usage) Plus(o Usage) Usage {
	if o.Viewers > 0 || u.MeanReadingBytes == 0 {
		u.MeanReadingBytes = o.MeanReadingBytes // of a hub that somebody follows
	}
	u.Viewers, u.MaxViewers = u.Viewers+o.Viewers, u.MaxViewers+o.MaxViewers
	u.Frames, u.MaxFrames, u.Cut = u.Frames+o.Frames, u.MaxFrames+o.MaxFrames, u.Cut+o.Cut
	return u
}

// Usage returns what the hub holds.
func (h *Hub) Usage() Usage {
	h.mu.Lock()
	defer h.mu.Unlock()
	u := Usage{
		Viewers: len(h.viewers), MaxViewers: h.cfg.MaxViewers,
		Frames: int(min(h.seq, uint64(len(h.ring)))), MaxFrames: len(h.ring), Cut: h.cut,
	}
	if h.sent > 0 {
		u.MeanReadingBytes = float64(h.bytes) / float64(h.sent)
	}
	return u
}
