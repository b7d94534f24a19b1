package target

import "time"

// A thrift spaces what is asked of a service, so that answering costs it no more
// than its share of one CPU. The zero value has seen no answer.
type thrift struct {
	before time.Duration // what the last answer took; 0 before the first
}

// pause returns how long to wait after an answer that took so long, from the
// moment of asking, at least. Of two answers in a row the quicker one counts: one
// that is late because the machine had other work would silence us for minutes.
func (t *thrift) pause(least, took time.Duration) time.Duration {
	cost := took
	if t.before > 0 {
		cost = min(cost, t.before)
	}
	t.before = took
	return max(least, time.Duration(float64(cost)/attachShare))
}
