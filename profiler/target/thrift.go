package target

import "time"

const (
	lateTimes    = 4  // as long as the answer before: the machine had other work, or the service has grown
	forgivenOnce = 20 // in so many answers
)

// A thrift spaces what is asked of a service, so that answering costs it no more
// than its share of one CPU. The zero value has seen no answer.
type thrift struct {
	before time.Duration // what the last answer took; 0 before the first
	strict int           // so many more answers count, however late
}

// pause returns what an answer that took so long is taken to cost, and how long to
// wait from the moment of asking, at least. One late answer in twenty counts as the
// one before it: a machine that paused for half a second would silence us for
// minutes.
func (t *thrift) pause(least, took time.Duration) (cost, wait time.Duration) {
	cost = took
	late := t.before > 0 && took > lateTimes*t.before
	switch {
	case late && t.strict == 0:
		cost, t.strict = t.before, forgivenOnce-1
	case t.strict > 0:
		t.strict--
	}
	t.before = took
	return cost, max(least, time.Duration(float64(cost)/attachShare))
}
