package target

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
)

func TestADrainNeverMakesTheWriterWait(t *testing.T) {
	r, w := io.Pipe()
	d := NewDrain(r)
	defer w.Close()
	written := make(chan struct{})
	go func() {
		defer close(written)
		for range 100 {
			w.Write(make([]byte, drainChunk/3))
		}
	}()
	select { // though nobody listens
	case <-written:
	case <-time.After(10 * time.Second):
		t.Fatal("the writer waits for a reader")
	}
	const all = 100 * (drainChunk / 3)
	for end := time.Now().Add(10 * time.Second); d.read() < all && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // the last bytes are counted after they were taken
	}
	if got := d.read(); got != all {
		t.Errorf("%d bytes were read, want %d", got, all)
	}
}

func TestADrainHandsOnWhatComesWhileSomebodyListens(t *testing.T) {
	r, w := io.Pipe()
	d := NewDrain(r)
	w.Write([]byte("before"))
	for d.read() < int64(len("before")) {
		time.Sleep(time.Millisecond)
	}
	done := d.listen()
	dump := bytes.Repeat([]byte("0123456789"), 300_000)
	go func() {
		w.Write(dump)
		w.Close()
	}()
	got, err := io.ReadAll(d)
	if err != nil || !bytes.Equal(got, dump) {
		t.Errorf("%d bytes, %v; want the %d written meanwhile", len(got), err, len(dump))
	}
	done()
	if n, err := d.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("after the end: %d bytes, %v", n, err)
	}
}

func TestWhoeverStopsListeningIsNotLeftWaiting(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	d := NewDrain(r)
	done := d.listen()
	read := make(chan error, 1)
	go func() {
		_, err := d.Read(make([]byte, 1))
		read <- err
	}()
	time.Sleep(10 * time.Millisecond) // until it waits, most times
	done()
	select {
	case err := <-read:
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Read: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Read waits for what will not come")
	}
	done() // once more does no harm
}
