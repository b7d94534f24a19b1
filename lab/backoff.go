package lab

import "time"

const (
	firstDelay  = 100 * time.Millisecond
	longestWait = 10 * time.Second
	shortLife   = 5 * time.Second
	haltAfter   = 6 // exits of short lives …
	haltWithin  = time.Minute
)

// A backoff decides how long to wait before the next life. Short lives double
// the wait and, six within a minute, end the attempts; a life that lasted, or
// that ran out of memory (which is the lesson), starts over.
type backoff struct {
	delay time.Duration
	short []time.Time // ends of short lives within the last minute
}

// ended takes in the end of a life and returns how long to wait, or halt.
func (b *backoff) ended(now time.Time, lived time.Duration, outOfMemory bool) (wait time.Duration, halt bool) {
	if lived >= shortLife || outOfMemory {
		b.delay, b.short = 0, nil
		return firstDelay, false
	}
	recent := b.short[:0]
	for _, t := range b.short {
		if now.Sub(t) < haltWithin {
			recent = append(recent, t)
		}
	}
	b.short = append(recent, now)
	if len(b.short) >= haltAfter {
		return 0, true
	}
	wait = max(b.delay, firstDelay)
	b.delay = min(wait*2, longestWait)
	return wait, false
}

// reset forgets the past: somebody asked for a fresh start.
func (b *backoff) reset() { *b = backoff{} }
