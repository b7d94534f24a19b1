package target

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	fewServices = 10 // that are watched as closely as one is

	crowdReadings = time.Second            // between the readings of one of many
	lookShare     = 150 * time.Millisecond // of each service between two looks at the same one

	// turnAtMost is how long one look keeps the others waiting: a service that
	// hangs must not hold up a fleet.
	turnAtMost = time.Second
)

// A Pace is shared by all attachments of an observer. The more services there
// are, the less often each is looked at; and they are looked at one after the
// other, so that captures do not coincide unless one outlasts its turn. A nil
// Pace is for a single one.
type Pace struct {
	services atomic.Int64
	turn     chan struct{} // its one token is the right to look
	late     atomic.Uint64 // looks that kept the turn too long
}

// NewPace returns a pace for one service.
func NewPace() *Pace { return &Pace{turn: make(chan struct{}, 1)} }

// Share says how many services there are now.
func (p *Pace) Share(services int) { p.services.Store(int64(services)) }

// Late is how many looks took so long that another began beside them.
func (p *Pace) Late() uint64 { return p.late.Load() }

func (p *Pace) count() int64 {
	if p == nil {
		return 1
	}
	return p.services.Load()
}

// Crowd reports whether there are too many to watch each as closely as one.
func (p *Pace) Crowd() bool { return p.count() > fewServices }

// readings is the time between two readings of a service that streams them.
func (p *Pace) readings() time.Duration {
	if !p.Crowd() {
		return 100 * time.Millisecond
	}
	return crowdReadings
}

// looks is the time between two looks, of which the least is given.
func (p *Pace) looks(least time.Duration) time.Duration {
	return max(least, time.Duration(p.count())*lookShare)
}

// snapshots is the time between two looks that are kept: an archive of a
// thousand holds as long a time of a hundred services as of ten.
func (p *Pace) snapshots(every time.Duration) time.Duration {
	return every * time.Duration(max(1, (p.count()+fewServices-1)/fewServices))
}

// await waits until it is the caller's turn; done ends it.
func (p *Pace) await(ctx context.Context) (done func(), err error) {
	if p == nil {
		return func() {}, nil
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the turn to look: %w", ctx.Err())
	}
	end := sync.OnceFunc(func() { <-p.turn })
	timer := time.AfterFunc(turnAtMost, func() {
		p.late.Add(1)
		end()
	})
	return func() {
		timer.Stop()
		end()
	}, nil
}

// A Cost is what looking at a service takes, on both sides.
type Cost struct {
	Look  time.Duration // the service was busy with the last one, at most
	Every time.Duration // from one to the next
}
