package heapgraph

// A goroutine is one of the dump, in the making.
type goroutine struct {
	addr   uint64 // of the runtime's record of it, which is an object
	id     uint64
	state  string
	system bool
	frames []uint64 // names of functions, leaf first
	bytes  uint64   // of its frames
	first  int      // of its slots
}

// A record is the object that the runtime keeps for a goroutine.
type record struct {
	addr uint64
	root uint32
}

// A rawSlot is a pointer on a stack.
type rawSlot struct {
	pointer uint64
	place   uint32 // in places
	root    uint32
	exact   bool
}

// A place is where a slot is: goroutines that do the same have the same.
// Place 0 is the runtime's record of the goroutine.
type place struct {
	function uint64 // its name
	pc       uint64
	at       int64 // bytes above the end of the frame: negative
}

// An entry is where a function begins in memory.
type entry struct{ name, pc uint64 }

// maxEntries are enough to find where the program was loaded.
const maxEntries = 256

// The statuses of goroutines, from runtime/runtime2.go; of the others the wait
// reason says more.
var statuses = map[uint64]string{1: "runnable", 2: "running", 3: "syscall"}

func (b *builder) goroutine() {
	w := b.wire
	g := goroutine{addr: w.uvarint(), first: len(b.slots)}
	w.skip(1) // sp
	g.id = w.uvarint()
	w.skip(1) // creator
	status := w.uvarint()
	g.system = w.uvarint() != 0
	w.skip(2) // background, and since when it waits
	reason := b.strings.text(b.text())
	if g.state = statuses[status]; g.state == "" {
		g.state = reason
	}
	context := w.uvarint()
	w.skip(1) // its thread, which is a root of its own
	b.slot(context, place{}, true)
	b.slot(w.uvarint(), place{}, true) // defers
	b.slot(w.uvarint(), place{}, true) // panics
	b.current = &g
}

// frame reads one frame of the current goroutine. The words that its map calls
// live are roots. What else in it points into the heap may be live as part of
// a variable whose address was taken, whose pointers the dump does not list, or
// may be left over: those slots are not exact. Neither are those of a function
// stopped between safe points, nor of the one that stopped it.
func (b *builder) frame() {
	w := b.wire
	w.skip(3) // sp, depth, and sp of the callee
	b.body.read(w, w.uvarint())
	begin, pc := w.uvarint(), w.uvarint()
	resumes := w.uvarint()
	name := b.text()
	g := b.current
	if w.err == nil && g == nil {
		w.damaged("a frame without a goroutine")
	}
	if w.err != nil {
		return
	}
	function := b.strings.text(name)
	stopped := false
	if n := len(g.frames); n > 0 {
		stopped = stops(b.strings.text(g.frames[n-1]))
	}
	exact := !stopped && !stops(function)
	first := len(b.slots)
	b.eachField(func(at, pointer uint64) {
		if resumes != 0 {
			b.slot(pointer, b.placeOf(name, pc, at), exact)
		}
	})
	if resumes != 0 {
		b.words(name, pc, first)
	}
	g.frames = append(g.frames, name)
	g.bytes += b.body.size
	b.charge(8)
	if len(b.entries) < maxEntries {
		b.entries = append(b.entries, entry{name, begin})
	}
}

// stops reports whether a function is the runtime's means to stop another one
// anywhere.
func stops(function string) bool {
	return function == "runtime.asyncPreempt" || function == "runtime.debugCallV2"
}

// words adds what points into the heap in a frame and is not among its slots,
// of which the first are enough to compare with: it is for brevity alone, as
// an object that is held exactly is held no more by a word.
func (b *builder) words(name, pc uint64, first int) {
	known := b.slots[first:]
	for at := uint64(0); b.body.whole(at); at += b.layout.ptrSize {
		pointer := b.body.word(at)
		if !b.layout.heap(pointer) {
			continue
		}
		listed := false
		for i := range min(len(known), 64) {
			listed = listed || known[i].pointer == pointer
		}
		if !listed {
			b.slot(pointer, b.placeOf(name, pc, at), false)
		}
	}
}

// placeOf says where in the frame at hand an offset is. The pc is that of the
// return from a call, and the call is ahead of it.
func (b *builder) placeOf(function, pc, at uint64) place {
	return place{function, pc - 1, int64(at) - int64(b.body.size)}
}

func (b *builder) slot(pointer uint64, at place, exact bool) {
	if !b.layout.heap(pointer) {
		return
	}
	n, known := b.placeNumber[at]
	if !known {
		n = uint32(len(b.places))
		b.placeNumber[at] = n
		b.places = append(b.places, at)
		b.charge(96)
	}
	b.slots = append(b.slots, rawSlot{pointer: pointer, place: n, exact: exact})
	b.charge(24)
}

func (b *builder) deferred() {
	w := b.wire
	record := w.uvarint()
	w.skip(3) // goroutine, sp, pc
	closure := w.uvarint()
	w.skip(1) // code
	link := w.uvarint()
	if b.current != nil {
		b.slot(record, place{}, true)
		b.slot(closure, place{}, true)
		b.slot(link, place{}, true)
	}
}

func (b *builder) panicking() {
	w := b.wire
	w.skip(3) // record, goroutine, type of the value
	value := w.uvarint()
	w.skip(2)
	if b.current != nil {
		b.slot(value, place{}, true)
	}
}

// endGoroutine puts the goroutine whose frames have been read with its like.
func (b *builder) endGoroutine() {
	g := b.current
	if g == nil {
		return
	}
	b.current = nil
	root := b.groupOf(g)
	for i := g.first; i < len(b.slots); i++ {
		b.slots[i].root = root
	}
	b.goroutines = append(b.goroutines, record{g.addr, root})
	b.charge(96)
}
