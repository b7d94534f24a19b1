package main

import (
	"context"
	"strconv"
	"strings"
	"sync"
)

// A payload is what every case keeps: about 1 KB and a few pointers.
type payload struct {
	name string
	data []byte
	tags map[string]string
}

// newPayload is the one place that makes what is held.
//
//go:noinline
func newPayload(i int) *payload {
	return &payload{
		name: "payload " + strconv.Itoa(i),
		data: make([]byte, 1<<10),
		tags: map[string]string{"number": strconv.Itoa(i)},
	}
}

const many = 2000

var auditLog []*payload

func packageVariable() {
	for i := range many {
		auditLog = append(auditLog, newPayload(i))
	}
}

// A decision has more than one pointer, and is one entry.
type decision struct {
	user, currency string
	why            *payload
}

var decisions []decision

func sliceOfStructs() {
	for i := range many {
		decisions = append(decisions, decision{strconv.Itoa(i), strconv.Itoa(-i), newPayload(i)})
	}
}

var registry struct {
	mu     sync.Mutex
	byName map[string]*payload
}

func mapInStruct() {
	registry.byName = make(map[string]*payload)
	for i := range many {
		p := newPayload(i)
		registry.byName[p.name] = p
	}
}

var hooks []func() int

func closures() {
	for i := range many {
		p := newPayload(i)
		hooks = append(hooks, func() int { return len(p.data) })
	}
}

var backlog = make(chan *payload, many)

func channelBuffer() {
	for i := range many {
		backlog <- newPayload(i)
	}
}

var rootContext, stopAll = context.WithCancel(context.Background())

type requestKey struct{}

func contextChildren() {
	for i := range many {
		request := context.WithValue(rootContext, requestKey{}, newPayload(i))
		forget(context.WithCancel(request))
	}
}

// forget drops what would have cancelled a request: that is the leak.
func forget(context.Context, context.CancelFunc) {}

var sessions sync.Map

func syncMap() {
	for i := range many {
		sessions.Store(i, newPayload(i))
	}
}

var buffers = sync.Pool{New: func() any { return newPayload(0) }}

func syncPool() {
	for i := range many {
		buffers.Put(newPayload(i))
	}
}

type node struct {
	value *payload
	next  *node
}

var head *node

func linkedList() {
	for i := range many {
		head = &node{newPayload(i), head}
	}
}

var window [][]byte

func subSlice() {
	for range many / 10 {
		window = append(window, newDocument()[100:110])
	}
}

var titles []string

func pinnedDocument() {
	for range many / 10 {
		document := string(newDocument())
		titles = append(titles, document[:7])
	}
}

//go:noinline
func newDocument() []byte { return []byte(strings.Repeat("<html> ", 2<<10)) }

type plugin interface{ Serve() int }

type cachePlugin struct{ kept []*payload }

func (c *cachePlugin) Serve() int { return len(c.kept) }

var active plugin

func interfaceHeld() {
	c := &cachePlugin{}
	for i := range many {
		c.kept = append(c.kept, newPayload(i))
	}
	active = c
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(v T) { s.items = append(s.items, v) }

var undo stack[*payload]

func genericContainer() {
	for i := range many {
		undo.push(newPayload(i))
	}
}

// A wrapper is made by a function so small that it is inlined into its caller,
// which is inlined too.
type wrapper struct {
	inside *[64]byte
	name   string
}

func newWrapper(i int) *wrapper {
	return &wrapper{inside: newInside(), name: strconv.Itoa(i)}
}

func newInside() *[64]byte { return new([64]byte) }

var wrappers []*wrapper

func inlined() {
	for i := range 4 * many {
		var b strings.Builder
		b.Grow(100)
		b.WriteString("name")
		w := newWrapper(i)
		w.name = b.String()
		wrappers = append(wrappers, w)
	}
}

// A cache is made before the program starts, and lies in its data.
type cache struct {
	limit int
	byID  map[int]*payload
}

var defaultCache = &cache{limit: many}

func staticStruct() {
	defaultCache.byID = make(map[int]*payload)
	for i := range defaultCache.limit {
		defaultCache.byID[i] = newPayload(i)
	}
}

var fallback plugin = &cachePlugin{}

func staticInterface() {
	c := fallback.(*cachePlugin)
	for i := range many {
		c.kept = append(c.kept, newPayload(i))
	}
}
