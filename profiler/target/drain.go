package target

import (
	"errors"
	"io"
	"sync"
)

const (
	drainChunk = 1 << 20 // bytes read at a time

	// maxDrained bounds what waits to be parsed. The process that writes stands
	// still until everything is read, so reading never waits for the parser;
	// beyond the bound it goes on and the bytes are thrown away.
	maxDrained = 4 << 30
)

// errTooMuch reports a dump that was thrown away because it waited too long.
var errTooMuch = errors.New("the heap dump is larger than there is room for")

// A Drain reads a pipe at all times, so that whoever writes into it never
// waits, and hands on what comes while somebody listens. It owns the pipe.
type Drain struct {
	mu      sync.Mutex
	more    sync.Cond
	chunks  [][]byte // read and not handed on yet
	waiting int64    // bytes of them
	listens bool
	ended   error // no more comes
	lost    bool  // something of what somebody listens to was thrown away
	seen    int64 // bytes ever read
}

// NewDrain reads from pipe until it ends.
func NewDrain(pipe io.ReadCloser) *Drain {
	d := &Drain{}
	d.more.L = &d.mu
	go d.run(pipe)
	return d
}

func (d *Drain) run(pipe io.ReadCloser) {
	defer pipe.Close()
	var room []byte // a pipe gives 64 KiB at a time: many reads share one piece of memory
	for {
		if len(room) == 0 {
			room = make([]byte, drainChunk)
		}
		n, err := pipe.Read(room)
		d.mu.Lock()
		d.seen += int64(n)
		switch {
		case n > 0 && d.listens && d.waiting+int64(n) <= maxDrained:
			d.chunks, d.waiting = append(d.chunks, room[:n:n]), d.waiting+int64(n)
			room = room[n:]
		case n > 0 && d.listens:
			d.lost = true
		}
		if err != nil {
			d.ended = err
		}
		d.more.Broadcast()
		d.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// listen has Read return what comes from now on, until done is called.
func (d *Drain) listen() (done func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.chunks, d.waiting, d.listens, d.lost = nil, 0, true, false
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.chunks, d.waiting, d.listens = nil, 0, false
		d.more.Broadcast()
	}
}

// Read returns what has come, and waits for some while somebody listens.
func (d *Drain) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.chunks) == 0 {
		switch {
		case d.lost:
			return 0, errTooMuch
		case d.ended != nil:
			return 0, d.ended
		case !d.listens:
			return 0, io.ErrClosedPipe
		}
		d.more.Wait()
	}
	n := copy(p, d.chunks[0])
	if d.chunks[0] = d.chunks[0][n:]; len(d.chunks[0]) == 0 {
		d.chunks[0] = nil
		d.chunks = d.chunks[1:]
	}
	d.waiting -= int64(n)
	return n, nil
}

// read is how many bytes have ever come.
func (d *Drain) read() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen
}
