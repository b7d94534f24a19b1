package main

import (
	"runtime"
	"strconv"
	"time"
)

// never is a channel that nobody sends to.
var never = make(chan struct{})

func goroutineLocal() {
	ready := make(chan struct{})
	go holdLocally(ready)
	<-ready
}

func holdLocally(ready chan<- struct{}) {
	var kept []*payload
	for i := range many {
		kept = append(kept, newPayload(i))
	}
	ready <- struct{}{}
	<-never
	runtime.KeepAlive(kept)
}

// stuckSenders is how a service piles up: each goroutine holds a little.
func stuckSenders() {
	results := make(chan *payload)
	for i := range many {
		go lookUp(results, i)
	}
	time.Sleep(100 * time.Millisecond) // until all are stuck
}

//go:noinline
func lookUp(results chan<- *payload, i int) {
	p := newPayload(i)
	results <- p
	runtime.KeepAlive(p)
}

// stackObject keeps what it keeps in a variable whose address is taken.
func stackObject() {
	ready := make(chan struct{})
	go func() {
		var list struct {
			n    int
			kept [many]*payload
		}
		fill(&list.kept)
		ready <- struct{}{}
		<-never
		fill(&list.kept)
	}()
	<-ready
}

//go:noinline
func fill(kept *[many]*payload) {
	for i := range kept {
		if kept[i] == nil {
			kept[i] = newPayload(i)
		}
	}
}

func timerHeap() {
	for i := range many {
		p := newPayload(i)
		time.AfterFunc(time.Hour, func() { runtime.KeepAlive(p) })
	}
}

// A session has a finalizer and is part of a circle, so that it never runs.
type session struct {
	owner *owner
	kept  []*payload
}

type owner struct{ session *session }

func (s *session) close() { s.owner = nil }

func finalizerCycle() {
	s := &session{owner: &owner{}}
	s.owner.session = s
	for i := range many {
		s.kept = append(s.kept, newPayload(i))
	}
	runtime.SetFinalizer(s, (*session).close)
}

var sets []map[string]struct{}

func million()         { makeSets(120) }
func fourMillion()     { makeSets(400) }
func hundredThousand() { makeSets(10) }

// makeSets makes sets of 10 000 users, as the fraud checker of the lab does.
func makeSets(n int) {
	for range n {
		sets = append(sets, newSet())
	}
}

//go:noinline
func newSet() map[string]struct{} {
	set := make(map[string]struct{})
	for i := range 10_000 {
		set["user-"+strconv.Itoa(i)] = struct{}{}
	}
	return set
}
