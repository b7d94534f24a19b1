package heapgraph

// A builder gathers what a dump says, by address, until all of it is known.
type builder struct {
	wire     *wire
	options  Options
	layout   layout
	geometry geometry
	about    About
	strings  texts
	body     contents // of the record at hand
	spent    int64    // bytes, about, of what is kept
	scratch  []byte

	spans spans
	units store[uint32] // size of each object in unitSize
	ends  store[uint32] // where the pointers of each object end in values, after a 0
	// values are pointers as they stand in the dump; from says where in its
	// object each one was, in words.
	values store[uint64]
	from   store[uint32]
	hints  hints

	others      []other
	globals     []global
	statics     []static
	nameless    []uint64          // addresses of slots in data without a name
	linked      map[uint32]uint64 // where the variable of each root was linked
	segments    []segment
	goroutines  []record
	current     *goroutine // whose frames are being read
	slots       []rawSlot
	places      []place
	placeNumber map[place]uint32
	finalizers  []finalizer
	groups      groups
	entries     []entry // of functions seen on stacks

	types   map[uint64]typeRecord // by address
	itabs   map[uint64]uint64     // address of the type of each
	sites   []Site
	buckets map[uint64]uint32 // index in sites by the dump's id
	samples []rawSample
}

type (
	other      struct{ name, pointer uint64 }
	rawSample  struct{ object, bucket uint64 }
	typeRecord struct{ name, size uint64 }

	// A global is a pointer into the heap in the data of the program, and the
	// word ahead of it, which says what an interface holds.
	global struct{ at, pointer, ahead uint64 }

	// A segment is the data of the program: what tag says and where.
	segment struct{ tag, base, size uint64 }

	finalizer struct {
		object, closure, code uint64
		queued                bool
	}
)

// unitSize divides the size of every object.
const unitSize = 8

func newBuilder(w *wire, o Options) *builder {
	b := &builder{
		wire:        w,
		options:     o,
		types:       make(map[uint64]typeRecord),
		itabs:       make(map[uint64]uint64),
		buckets:     make(map[uint64]uint32),
		places:      []place{{}},
		placeNumber: map[place]uint32{{}: 0},
	}
	b.body.layout = &b.layout
	b.ends.add(0)
	return b
}

// charge counts memory that is kept.
func (b *builder) charge(bytes int64) {
	b.spent += bytes
	if b.spent > b.options.MaxMemory {
		b.wire.fail(&LimitError{"bytes of memory", b.options.MaxMemory})
	}
}

// text reads a string and returns its number.
func (b *builder) text() uint64 {
	b.scratch = b.wire.raw(b.scratch)
	n, fresh := b.strings.intern(b.scratch)
	if fresh {
		b.charge(64 + int64(len(b.scratch)))
	}
	return uint64(n)
}

// texts keeps each string once. Number 0 is the empty one.
type texts struct {
	list   []string
	number map[string]uint32
}

func (t *texts) intern(s []byte) (n uint32, fresh bool) {
	if t.number == nil {
		t.number = map[string]uint32{"": 0}
		t.list = []string{""}
	}
	if n, ok := t.number[string(s)]; ok {
		return n, false
	}
	n = uint32(len(t.list))
	t.list = append(t.list, string(s))
	t.number[t.list[n]] = n
	return n, true
}

func (t *texts) text(n uint64) string { return t.list[n] }
