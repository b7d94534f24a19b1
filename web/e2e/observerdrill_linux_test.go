package e2e_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/leakline/leakline/internal/drill"
)

// An observer that is killed at any moment leaves no process behind and loses no
// snapshot that it acknowledged; the next one takes its port and its folder.
func TestDrillOfTheObserver(t *testing.T) {
	random := drill.Rand(t)
	d := &observerDrill{
		t: t, random: random, dir: t.TempDir(), addr: "127.0.0.1:0", kept: map[string]*saved{},
		alone: drill.NewDelays("from the kill of an observer to the end of its last child"),
		back:  drill.NewDelays("from the start of an observer to a checker that is watched"),

		metronome: drill.NewMetronome(t),
	}
	moments := make([]bool, drill.Count(3, 40)) // whether it is killed before it is ready
	for range drill.Count(1, 10) {
		moments = append(moments, true)
	}
	random.Shuffle(len(moments), func(i, j int) { moments[i], moments[j] = moments[j], moments[i] })
	for _, early := range moments {
		l := d.next()
		if early {
			if err := l.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(drill.Up(random, time.Second))
		} else {
			d.settle(l)
			d.work(l)
		}
		d.kill(l)
	}
	last := d.next()
	d.settle(last)
	last.stop()
	d.alone.Check(t, time.Second, 5*time.Second)
	d.back.Tell(t)
	if len(d.kept) == 0 {
		t.Errorf("%d snapshots in %d lives: this tried nothing", len(d.kept), len(moments))
	}
	t.Logf("%d observers killed, %d snapshots kept", len(moments), len(d.kept))
	filepath.WalkDir("/sys/fs/cgroup", func(path string, e fs.DirEntry, err error) error {
		for _, pid := range d.pids {
			if err == nil && strings.HasPrefix(e.Name(), "leakline-"+pid+"-") {
				t.Errorf("left behind: %s", path)
			}
		}
		return nil
	})
}

// An observerDrill kills one observer after the other over the same folder.
type observerDrill struct {
	t      *testing.T
	random *rand.Rand
	dir    string
	addr   string
	pids   []string // of the observers

	alone, back *drill.Delays
	metronome   *drill.Metronome

	working sync.WaitGroup
	over    atomic.Bool // the present observer is about to be killed

	mu   sync.Mutex
	kept map[string]*saved // acknowledged, by id
}

// A saved snapshot was acknowledged, or listed once.
type saved struct {
	bytes int
	sum   [sha256.Size]byte // zero until it was read for the first time
}

// A snapshot is what the tests read of one.
type snapshot struct {
	ID    string
	Bytes int
}

// next prepares an observer in a session of its own, by which what it leaves
// behind is found.
func (d *observerDrill) next() *labProcess {
	l := prepare(d.t, "lab", smallList, "--users=20000", "--data-dir", d.dir, "--listen", d.addr)
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return l
}

// settle starts an observer and checks that everything is there.
func (d *observerDrill) settle(l *labProcess) {
	d.t.Helper()
	begun := time.Now()
	l.begin()
	l.ready()
	d.back.Add("a start", time.Since(begun), 0)
	d.addr = strings.TrimPrefix(l.base, "http://")
	var list struct{ Snapshots []snapshot }
	l.api(http.MethodGet, "snapshots", nil, &list)
	listed := map[string]bool{}
	for _, s := range list.Snapshots {
		listed[s.ID] = true
		d.acknowledged(s)
		if err := d.read(l, s.ID); err != nil {
			d.t.Errorf("reading snapshot %s: %v", s.ID, err)
		}
	}
	for id := range d.kept {
		if !listed[id] {
			d.t.Errorf("snapshot %s was acknowledged and is gone", id)
		}
	}
	d.nothingHalf()
}

// nothingHalf checks that no file of an earlier life is left half-written; one
// that is being written goes by itself.
func (d *observerDrill) nothingHalf() {
	d.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(d.dir, "snapshots", "*.tmp"))
		if err == nil && len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			d.t.Errorf("half-written files are left: %v, %v", left, err)
			return
		}
	}
}

func (d *observerDrill) acknowledged(s snapshot) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k, ok := d.kept[s.ID]; ok && k.bytes != s.Bytes {
		d.t.Errorf("snapshot %s has %d bytes, it had %d", s.ID, s.Bytes, k.bytes)
	} else if !ok {
		d.kept[s.ID] = &saved{bytes: s.Bytes}
	}
}

// read downloads a snapshot that was acknowledged and compares. An error means
// that the observer gave no answer.
func (d *observerDrill) read(l *labProcess, id string) error {
	var raw []byte
	if err := l.ask(http.MethodGet, "snapshots/"+id+"/profile.pb.gz", nil, &raw); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	k, sum := d.kept[id], sha256.Sum256(raw)
	if len(raw) != k.bytes || k.sum != [sha256.Size]byte{} && k.sum != sum {
		d.t.Errorf("snapshot %s is another: %d bytes, it had %d", id, len(raw), k.bytes)
	}
	if k.sum = sum; !whole(raw) {
		d.t.Errorf("snapshot %s is cut short", id)
	}
	return nil
}

// whole reports whether it is gzip to the end, with the right sum.
func whole(raw []byte) bool {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err == nil {
		_, err = io.Copy(io.Discard, z)
	}
	return err == nil
}

// work has two people take snapshots for as long as the observer lives, and returns
// at a moment to kill it.
func (d *observerDrill) work(l *labProcess) {
	d.over.Store(false)
	for range 2 {
		pauses := rand.New(rand.NewPCG(d.random.Uint64(), 0))
		d.working.Go(func() {
			for {
				if err := d.take(l); err != nil {
					if !d.over.Load() {
						d.t.Errorf("taking a snapshot while the observer lived: %v", err)
					}
					return
				}
				time.Sleep(drill.Up(pauses, 200*time.Millisecond))
			}
		})
	}
	time.Sleep(drill.Up(d.random, 1500*time.Millisecond))
}

func (d *observerDrill) take(l *labProcess) error {
	var s snapshot
	if err := l.ask(http.MethodPost, "snapshots", struct{}{}, &s); err != nil {
		return err
	}
	d.acknowledged(s)
	return d.read(l, s.ID)
}

// kill kills the observer and checks that it is gone with all it had.
func (d *observerDrill) kill(l *labProcess) {
	d.t.Helper()
	pid := l.cmd.Process.Pid
	d.over.Store(true)
	d.metronome.Late() // from now on
	killed := time.Now()
	if err := l.cmd.Process.Kill(); err != nil {
		d.t.Fatal(err)
	}
	l.cmd.Wait()
	if d.addr != "127.0.0.1:0" {
		port, err := net.Listen("tcp", d.addr)
		if err != nil {
			d.t.Fatalf("its port: %v", err)
		}
		port.Close()
	}
	l.eventually(10*time.Second, "every child to end", func() bool {
		for _, p := range processes(d.t) {
			if p.session == pid {
				return false
			}
		}
		return true
	})
	d.alone.Add("a kill", time.Since(killed), d.metronome.Late())
	d.working.Wait()
	d.pids = append(d.pids, strconv.Itoa(pid))
}
