// Package audit keeps who did what: the newest in memory, and all of it for a
// while in a file that goes on where the run before ended.
package audit

import (
	"sync"
	"time"
)

const (
	maxKept  = 1000    // in memory
	maxBytes = 2 << 20 // of the file before it is set aside; there is one such
)

// An Entry is one thing that somebody did, or tried to do. Whoever adds one sees
// to it that it holds no secret, and that each text is short.
type Entry struct {
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	Role    string    `json:"role"`    // of who did it
	Session string    `json:"session"` // a tag that tells browsers apart, "script" for a token, "" for nobody
	Remote  string    `json:"remote"`  // address
	Did     string    `json:"did"`     // method and route
	With    string    `json:"with,omitempty"`
	Status  int       `json:"status"`            // HTTP, as answered
	Skipped int       `json:"skipped,omitempty"` // of the same sort since the entry before of that sort
}

// A Log is safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	file file
	ring [maxKept]Entry // entry seq is at seq % maxKept
	seq  uint64
	kept int
	err  error // of the last write
}

// Open returns the log of a file, which is made if missing; without a path it
// is in memory alone. What is wrong with the file is told by Usage and stops
// nothing.
func Open(path string) *Log {
	l := &Log{file: file{path: path}}
	if path == "" {
		return l
	}
	entries, err := l.file.open()
	for _, e := range entries {
		if e.Seq > l.seq {
			l.keepLocked(e)
		}
	}
	l.err = err
	return l
}

// Add numbers and keeps an entry.
func (l *Log) Add(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq = l.seq + 1
	l.keepLocked(e)
	if l.file.path != "" {
		l.err = l.file.append(e)
	}
}

func (l *Log) keepLocked(e Entry) {
	l.seq = e.Seq
	l.ring[e.Seq%maxKept] = e
	l.kept = min(l.kept+1, maxKept)
}

// Newest returns at most n entries, newest first.
func (l *Log) Newest(n int) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries := make([]Entry, 0, min(n, l.kept))
	for seq := l.seq; seq > 0 && l.seq-seq < maxKept && len(entries) < n; seq-- {
		if e := l.ring[seq%maxKept]; e.Seq == seq { // else its line was lost
			entries = append(entries, e)
		}
	}
	return entries
}

// Usage says what a log holds.
type Usage struct {
	Kept, MaxKept int
	Bytes         int64 // of the file and the one set aside
	MaxBytes      int64
	Err           error // why the last entry is not in the file; nil when it is
}

// Usage returns what the log holds.
func (l *Log) Usage() Usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Usage{Kept: l.kept, MaxKept: maxKept, Bytes: l.file.size + l.file.aside, MaxBytes: 2 * maxBytes, Err: l.err}
}
