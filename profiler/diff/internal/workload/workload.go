// Package workload allocates in known ways, so that tests can profile it: it
// stands for the user's code, beneath which the standard library allocates.
package workload

import "encoding/json"

// A Log keeps what it is given, as a forgotten audit log does.
type Log struct{ entries [][]byte }

// Leak appends n entries of size bytes to the log, one allocation each.
//
//go:noinline
func (l *Log) Leak(n, size int) {
	for range n {
		l.entries = append(l.entries, make([]byte, size))
	}
}

// Churn parses a document n times and keeps nothing. What it allocates is
// allocated by encoding/json and reflect.
//
//go:noinline
func Churn(n int, document []byte) (parsed int) {
	for range n {
		var users []string
		if json.Unmarshal(document, &users) == nil {
			parsed += len(users)
		}
	}
	return parsed
}

// Park starts n goroutines that wait until release is closed, and returns once
// all of them run.
func Park(n int, release <-chan struct{}) {
	running := make(chan struct{})
	for range n {
		go wait(running, release)
	}
	for range n {
		<-running
	}
}

//go:noinline
func wait(running chan<- struct{}, release <-chan struct{}) {
	running <- struct{}{}
	<-release
}
