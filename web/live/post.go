package live

// deliver writes new frames to every viewer at rest, until there is no new one.
// Waking a goroutine for each viewer would cost more than the write does. At
// most one deliver runs at a time; keepLocked starts it.
func (h *Hub) deliver() {
	var viewers []*viewer
	for {
		var wire []byte
		var seq uint64
		if wire, seq, viewers = h.toDeliver(viewers[:0]); wire == nil {
			return
		}
		for _, v := range viewers {
			if !v.offer(wire, seq) {
				v.wake()
			}
		}
	}
}

// toDeliver returns the next frame and who is to have it, in the room of
// viewers; nil ends this delivery.
func (h *Hub) toDeliver(viewers []*viewer) (wire []byte, seq uint64, _ []*viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.delivered == h.seq {
		h.delivering = false
		return nil, 0, viewers
	}
	h.delivered = max(h.delivered+1, h.seq-min(h.seq, uint64(len(h.ring))-1))
	for v := range h.viewers {
		viewers = append(viewers, v)
	}
	return h.ring[h.at(h.delivered)], h.delivered, viewers
}

// offer writes frame seq if the viewer is at rest right before it and its
// socket takes the bytes now. What of them it did not take is left in v.rest.
// False means that the viewer's own goroutine has to go on.
func (v *viewer) offer(wire []byte, seq uint64) bool {
	if !v.writing.TryLock() {
		return false
	}
	defer v.writing.Unlock()
	if v.seq >= seq {
		return true
	}
	if v.raw == nil || v.seq+1 != seq || !v.caughtUp || len(v.rest) > 0 {
		return false
	}
	n := v.tryWrite(wire)
	if n <= 0 {
		return false // full, or broken, which a write of its own will tell
	}
	v.seq, v.rest = seq, wire[n:]
	return len(v.rest) == 0
}
