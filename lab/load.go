package lab

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/leakline/leakline/profiler"
)

const (
	// maxWaiting bounds the requests that wait for an answer at a time. What is
	// due beyond it is skipped and counted: an open loop that queued without
	// bound would be a leak of our own.
	maxWaiting = 2048

	maxRPS = 20_000

	// A payment without a decision by then has failed, whatever comes later.
	answerTimeout = 10 * time.Second
)

// LoadSettings is what the load generator is asked to do.
type LoadSettings struct {
	RPS        float64 `json:"rps"`         // arrivals a second, 0 pauses
	RiskyShare float64 `json:"risky_share"` // of payments that risky users make, 0 to 1
	RiskyUsers int     `json:"risky_users"` // users in the list
}

func (s LoadSettings) check(users int) error {
	switch {
	case !(s.RPS >= 0 && s.RPS <= maxRPS):
		return fmt.Errorf("rps %v: want 0 to %d", s.RPS, maxRPS)
	case !(s.RiskyShare >= 0 && s.RiskyShare <= 1):
		return fmt.Errorf("risky_share %v: want 0 to 1", s.RiskyShare)
	case s.RiskyUsers < 1 || s.RiskyUsers >= users:
		return fmt.Errorf("risky_users %d: want 1 to %d", s.RiskyUsers, users-1)
	}
	return nil
}

// LoadCounts are what the load generator has seen since it started.
type LoadCounts struct {
	Sent     uint64 `json:"sent"`
	Answered uint64 `json:"answered"` // with a decision
	Errors   uint64 `json:"errors"`   // without one
	Wrong    uint64 `json:"wrong"`    // with the wrong one
	Skipped  uint64 `json:"skipped"`  // due, and not sent
}

// A load sends payments at a steady rate whatever the answers do: arrivals do
// not wait for answers, which is how an outage looks from outside. It knows who
// is risky, so it also counts the wrong decisions.
type load struct {
	users   int
	client  *http.Client
	waiting chan struct{} // one token per request in flight
	changed chan struct{} // settings are new
	aimed   chan struct{} // closed when there has been a patient
	aimOnce sync.Once

	mu       sync.Mutex
	settings LoadSettings
	held     bool   // nothing arrives for now
	patient  string // base URL, empty between lives
	unsure   *users // in transition: their decision is not judged; nil when all is settled
	lists    int    // changes of who is risky so far
	foreign  bool   // the list is somebody's: nobody's decision is judged

	sent, answered, errors, wrong, skipped atomic.Uint64
	latencies                              profiler.Latencies
}

func newLoad(users int, settings LoadSettings, foreign bool) *load {
	return &load{
		users: users, settings: settings, foreign: foreign,
		waiting: make(chan struct{}, maxWaiting),
		changed: make(chan struct{}, 1),
		aimed:   make(chan struct{}),
		client: &http.Client{
			Timeout: answerTimeout,
			Transport: &http.Transport{
				// A connection kept is a goroutine of the patient: those of a busy moment go soon.
				MaxIdleConnsPerHost: 256, IdleConnTimeout: 3 * time.Second, DisableCompression: true,
			},
		},
	}
}

// aim points the load at a process; an empty URL means there is none.
func (l *load) aim(patient string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.patient = patient
	if patient != "" {
		l.aimOnce.Do(func() { close(l.aimed) })
	}
}

// set changes what to do from now on.
func (l *load) set(s LoadSettings) {
	l.mu.Lock()
	l.settings = s
	l.mu.Unlock()
	l.wake()
}

// wake has the arrivals look at what has changed.
func (l *load) wake() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *load) get() LoadSettings {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.settings
}

// users are the users from..to-1.
type users struct{ from, to int }

// transition says that users from..to-1 may or may not be risky until settled
// is called, or until the transition that came after it has settled.
func (l *load) transition(from, to int) (settled func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := &users{from, to}
	if l.unsure != nil {
		now = &users{min(from, l.unsure.from), max(to, l.unsure.to)}
	}
	l.unsure = now
	l.lists++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.unsure == now {
			l.unsure = nil
		}
	}
}

// judgesLocked reports whether it is known what the decision on user n ought to be.
// l.mu must be held.
func (l *load) judgesLocked(n int) bool {
	return !l.foreign && (l.unsure == nil || n < l.unsure.from || n >= l.unsure.to)
}

func (l *load) counts() LoadCounts {
	return LoadCounts{l.sent.Load(), l.answered.Load(), l.errors.Load(), l.wrong.Load(), l.skipped.Load()}
}

// run sends from the moment there is a first patient until ctx ends, and waits
// for the requests under way.
func (l *load) run(ctx context.Context) error {
	select {
	case <-l.aimed:
	case <-ctx.Done():
		return nil
	}
	arrivals := rand.New(rand.NewPCG(1, 2)) // seeded: the same users in the same order each time
	var under sync.WaitGroup
	defer under.Wait()
	defer l.client.CloseIdleConnections()
	for payment := uint64(1); ; {
		rps := l.rate()
		begun, sent := time.Now(), 0
		for rps == l.rate() {
			if !l.pause(ctx, arrivalAt(begun, rps, sent+1)) {
				if ctx.Err() != nil {
					return nil
				}
				break
			}
			// A late wake-up owes every arrival that fell due meanwhile.
			for now := time.Now(); !arrivalAt(begun, rps, sent+1).After(now); sent++ {
				l.arrive(ctx, &under, payment, arrivals)
				payment++
			}
		}
	}
}

// arrivalAt is when the n-th arrival since begun is due: never while paused,
// and what a Duration cannot hold is never too.
func arrivalAt(begun time.Time, rps float64, n int) time.Time {
	const never = time.Duration(math.MaxInt64)
	s := float64(n) / rps // +Inf while paused
	if s >= never.Seconds() {
		return begun.Add(never)
	}
	return begun.Add(time.Duration(s * float64(time.Second)))
}

// pause waits until an arrival is due; false when there is something new.
func (l *load) pause(ctx context.Context, due time.Time) bool {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-l.changed:
		return false
	case <-timer.C:
		return true
	}
}

func (l *load) arrive(ctx context.Context, under *sync.WaitGroup, payment uint64, arrivals *rand.Rand) {
	select {
	case l.waiting <- struct{}{}:
	default:
		l.skipped.Add(1)
		return
	}
	p := l.draw(payment, arrivals)
	l.sent.Add(1)
	under.Go(func() {
		defer func() { <-l.waiting }()
		l.send(ctx, p)
	})
}
