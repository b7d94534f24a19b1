package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"time"
	"unique"

	"github.com/leakline/leakline/corpus/patients/kit"
)

func init() {
	register(
		patient{"map-entry", "a session per request, never removed", leak, []string{"main.openSession"}, mapEntry},
		patient{"wrong-key", "removed under another key than it was put", leak, []string{"main.attach"}, wrongKey},
		patient{"label-cardinality", "a set of labels whose values never end", leak, []string{"main.(*labels).see"}, cardinality},
		patient{"sync-map", "kept in two maps, removed from one", leak, []string{"main.remember"}, syncMap},
		patient{"queue-pins", "popped elements stay behind the slice", leak, []string{"main.produce"}, queuePins},
		patient{"substring-pins", "eight bytes keep a buffer of 64 KiB", leak, []string{"main.receive"}, substring},
		patient{"closures", "a list of callbacks that only grows", leak, []string{"main.subscribe"}, closures},
		patient{"timers", "a timer of a day for each request", leak, []string{"main.expireLater"}, timers},
		patient{"contexts", "children of a long-lived context, never cancelled", leak, []string{"main.begin"}, contexts},
		patient{"finalizer-cycle", "two that point at each other, with a finalizer", leak, []string{"main.newPair"}, finalizers},
		patient{"buffers", "a log buffer per key that is only written to", leak, []string{"main.(*logs).write"}, buffers},
		patient{"interned", "handles of unique strings, all kept", leak, []string{"main.intern"}, interned},
		patient{"helper-package", "made in a helper package, kept here", leak, []string{"github.com/leakline/leakline/corpus/patients/kit.NewLabel"}, helper},
		patient{"drip-under-garbage", "100 KB/s under 40 MB/s of garbage", leak, []string{"main.drip"}, drips},
		patient{"drip-beside-table", "a slow leak beside a table of 120 MB", leak, []string{"main.drip"}, besideTable},
		patient{"under-waves", "a leak under traffic that rises and falls", leak, []string{"main.drip"}, underWaves},
		patient{"starts-late", "nothing for a third of the time", leak, []string{"main.drip"}, startsLate},
		patient{"two-at-once", "two leaks of one size", leak, []string{"main.openSession", "main.drip"}, twoAtOnce},
	)
}

type session struct {
	user string
	data [400]byte
}

var sessions = make(map[int]*session)

func openSession(i int) { sessions[i] = &session{user: fmt.Sprint("user-", i)} }

func mapEntry(p pace) {
	work(p)
	p.every(1500, openSession)
}

type request struct{ id int }

var attached = make(map[*request]*[700]byte)

func attach(r *request) { attached[r] = new([700]byte) }

func wrongKey(p pace) {
	work(p)
	p.every(800, func(i int) {
		r := &request{i}
		attach(r)
		copied := *r
		delete(attached, &copied)
	})
}

type labels struct{ seen map[string]struct{} }

func (l *labels) see(agent string) { l.seen[strings.Repeat(agent, 20)] = struct{}{} }

func cardinality(p pace) {
	work(p)
	l := &labels{make(map[string]struct{})}
	p.every(3000, func(i int) { l.see(fmt.Sprintf("agent-%07d", i)) })
}

var first, second sync.Map

func remember(i int) {
	v := new([512]byte)
	first.Store(i, v)
	second.Store(i, v)
}

func syncMap(p pace) {
	work(p)
	p.every(1200, func(i int) {
		remember(i)
		first.Delete(i)
	})
}

type event struct {
	next *event
	data [2048]byte
}

func produce(i int) *event { return &event{} }

// queuePins keeps the head of a list whose tail is all that is used.
func queuePins(p pace) {
	work(p)
	head := produce(0)
	tail := head
	p.every(400, func(i int) {
		tail.next = produce(i)
		tail = tail.next
	})
	runtime.KeepAlive(head)
}

var hosts = make(map[string]bool)

func receive() []byte { return make([]byte, 64<<10) }

func substring(p pace) {
	work(p)
	p.every(15, func(i int) {
		buf := receive()
		copy(buf, fmt.Sprintf("%08d", i))
		view := bytesView(buf[:8])
		hosts[view] = true
	})
}

var callbacks []func() int

func subscribe(i int) {
	var state [300]byte
	state[0] = byte(i)
	callbacks = append(callbacks, func() int { return int(state[0]) })
}

func closures(p pace) {
	work(p)
	p.every(2000, subscribe)
}

func expireLater(i int) {
	token := new([600]byte)
	time.AfterFunc(24*time.Hour, func() { sink = token })
}

func timers(p pace) {
	work(p)
	p.every(900, expireLater)
}

func begin(ctx context.Context) {
	child, cancel := context.WithCancel(ctx)
	sink = [...]any{child, cancel} // for nobody: the next takes its place
}

func contexts(p pace) {
	work(p)
	root, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.every(6000, func(int) { begin(root) })
}

type pair struct {
	other *pair
	data  [1000]byte
}

func newPair() {
	a, b := &pair{}, &pair{}
	a.other, b.other = b, a
	runtime.SetFinalizer(a, func(*pair) {})
}

func finalizers(p pace) {
	work(p)
	p.every(400, func(int) { newPair() })
}

type logs struct{ byKey map[int]*bytes.Buffer }

func (l *logs) write(key int) {
	if l.byKey[key] == nil {
		l.byKey[key] = new(bytes.Buffer)
	}
	l.byKey[key].WriteString(document)
}

func buffers(p pace) {
	work(p)
	l := &logs{make(map[int]*bytes.Buffer)}
	// Some keys are busier than others, or all buffers would double at once.
	p.every(8000, func(i int) {
		_, share := math.Modf(float64(i) * math.Phi)
		l.write(int(1000 * share * share))
	})
}

var handles []unique.Handle[string]

func intern(i int) {
	handles = append(handles, unique.Make(strings.Repeat(fmt.Sprintf("%09d", i), 40)))
}

func interned(p pace) {
	work(p)
	p.every(2500, intern)
}

var kept []*kit.Label

func helper(p pace) {
	work(p)
	name := strings.Repeat("n", 300)
	p.every(1500, func(i int) { kept = append(kept, kit.NewLabel(name, fmt.Sprint(i))) })
}

var drops [][]byte

func drip(size int) { drops = append(drops, make([]byte, size)) }

func besideTable(p pace) {
	loadTable(120 << 20)
	work(p)
	p.every(300, func(int) { drip(1024) })
}

// These are slow at pace 1, and what a slow leak is does not become less so by
// a faster story: its garbage grows as well.
func underGarbage(p pace, perSecond float64) {
	work(p)
	work(p)
	p.every(perSecond/512, func(int) { drip(512) })
}

func underWaves(p pace) {
	work(p)
	go waves(p)
	p.every(400, func(int) { drip(1024) })
}

func startsLate(p pace) {
	work(p)
	time.Sleep(p.seconds(18))
	p.every(800, func(int) { drip(1024) })
}

func twoAtOnce(p pace) {
	work(p)
	go p.every(800, openSession)
	p.every(800, func(int) { drip(480) })
}
