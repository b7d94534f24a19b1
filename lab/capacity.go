package lab

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
)

const (
	capacityWarmUp = time.Second
	capacityOver   = 3 * time.Second

	// callersPerCPU keep the checker busy without making anybody wait for long:
	// eight requests of 3 ms each are far below the deadline of a check.
	callersPerCPU = 8
)

// A Capacity is how many payments a second the checker decides when it is
// never idle.
type Capacity struct {
	RPS      float64   `json:"rps"`
	Strategy string    `json:"strategy"`
	At       time.Time `json:"-"`
}

// measureCapacity asks the checker as fast as it answers, in the place of the
// load. l.command must be held.
func (l *Lab) measureCapacity(ctx context.Context, by string) (Capacity, error) {
	if l.present() == nil {
		return Capacity{}, fmt.Errorf("measuring the checker's capacity: %w", ErrNoPatient)
	}
	l.load.hold(true)
	defer l.load.hold(false)
	busy, stop := context.WithCancel(ctx)
	var callers sync.WaitGroup
	defer callers.Wait()
	defer stop()
	state := l.State()
	for i := range callersPerCPU * state.Limits.CheckerCPUs {
		callers.Go(func() { l.load.callAgain(busy, uint64(i)) })
	}
	if err := sleep(ctx, capacityWarmUp); err != nil {
		return Capacity{}, err
	}
	begun, before := time.Now(), l.load.answered.Load()
	if err := sleep(ctx, capacityOver); err != nil {
		return Capacity{}, err
	}
	answered := float64(l.load.answered.Load() - before)
	c := Capacity{RPS: answered / time.Since(begun).Seconds(), Strategy: state.Strategy, At: time.Now()}
	if answered == 0 {
		return Capacity{}, fmt.Errorf("%w: the checker decided nothing in %v: it has no capacity to go by", ErrInvalid, capacityOver)
	}
	l.change(func(s *State) { s.Capacity = &c })
	l.mark(profiler.Mark{Kind: profiler.MarkLoad, By: by, Text: fmt.Sprintf("capacity of %s measured: %.0f requests/s", c.Strategy, c.RPS)})
	return c, nil
}

// timesCapacity is a load relative to what the checker can do, measured now
// unless it stands. l.command must be held.
func (l *Lab) timesCapacity(ctx context.Context, times float64, by string) (rps float64, err error) {
	if !(times > 0 && times <= 10) {
		return 0, fmt.Errorf("%w: times_capacity of %v: want more than 0, at most 10", ErrInvalid, times)
	}
	known := l.State().Capacity
	if known == nil {
		c, err := l.measureCapacity(ctx, by)
		if err != nil {
			return 0, err
		}
		known = &c
	}
	if rps = math.Ceil(times * known.RPS); rps > maxRPS {
		return 0, fmt.Errorf("%w: %v times the capacity of %.0f requests/s: at most %d can be sent", ErrInvalid, times, known.RPS, maxRPS)
	}
	return rps, nil
}

// hold stops the arrivals, or lets them come again.
func (l *load) hold(held bool) {
	l.mu.Lock()
	l.held = held
	l.mu.Unlock()
	l.wake()
}

// rate is how many arrivals a second are due now.
func (l *load) rate() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held {
		return 0
	}
	return l.settings.RPS
}

// callAgain sends a payment when the one before is answered, until ctx ends.
func (l *load) callAgain(ctx context.Context, caller uint64) {
	const beyond = 500_000_000 // the numbers of payments that arrive by themselves
	arrivals := rand.New(rand.NewPCG(3, caller))
	for n := uint64(0); ctx.Err() == nil; n++ {
		l.sent.Add(1)
		l.send(ctx, l.draw(beyond+caller*1_000_000+n, arrivals))
	}
}
