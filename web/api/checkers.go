package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/leakline/leakline/checker/fleet"
)

// Checkers are a fleet of checkers that is switched together; *fleet.Fleet is
// one.
type Checkers interface {
	Name() string
	Members(context.Context) ([]fleet.Member, error)
	Latest(context.Context) (fleet.Order, error)
	Order(ctx context.Context, strategy, by string) (fleet.Order, error)
}

const (
	checkersEvery  = time.Second // at most so often Redis is asked, however many look
	checkersWithin = 3 * time.Second
)

// A CheckersAnswer says who has applied which order. While Redis is away it is
// what was known before.
type CheckersAnswer struct {
	Name    string       `json:"name"`
	Latest  *fleet.Order `json:"latest"` // null before the first order
	Members []Member     `json:"members"`
	Error   *string      `json:"error"` // why this is out of date; null when it is not
	T       int64        `json:"t"`     // when it was so, Unix ms; 0 for never
}

// A Member is a checker and whether it has yet to apply the latest order. One
// that is silent counts as behind.
type Member struct {
	fleet.Member
	Behind  bool    `json:"behind"`
	SilentS float64 `json:"silent_s"` // 0 while it is heard of
}

// lastCheckers is what was read last.
type lastCheckers struct {
	mu     sync.Mutex
	answer CheckersAnswer
	at     time.Time // when the last answer or failure came: whoever waited for it has it too
}

// CheckersNow says how the fleet of checkers is; nil where there is none.
func (a *API) CheckersNow(ctx context.Context) *CheckersAnswer {
	if a.Checkers == nil {
		return nil
	}
	a.checkers.mu.Lock()
	defer a.checkers.mu.Unlock()
	c := &a.checkers
	if c.answer.Members == nil {
		c.answer = CheckersAnswer{Name: a.Checkers.Name(), Members: []Member{}}
	}
	if time.Since(c.at) >= checkersEvery {
		c.read(ctx, a.Checkers)
	}
	answer := c.answer
	return &answer
}

// read asks Redis, also for somebody who has gone away: the next wants to know
// too.
func (c *lastCheckers) read(ctx context.Context, checkers Checkers) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkersWithin)
	defer cancel()
	began := time.Now()
	defer func() { c.at = time.Now() }()
	latest, err := checkers.Latest(ctx)
	var members []fleet.Member
	if err == nil {
		members, err = checkers.Members(ctx)
	}
	if err != nil {
		text := err.Error()
		c.answer.Error = &text
		return
	}
	c.answer.Error, c.answer.T, c.answer.Latest = nil, began.UnixMilli(), nil
	if latest.Generation > 0 {
		c.answer.Latest = &latest
	}
	c.answer.Members = make([]Member, len(members))
	for i, m := range members {
		c.answer.Members[i] = Member{m, m.Behind(latest), m.Silent.Seconds()}
	}
}

func (a *API) fleetCheckers(w http.ResponseWriter, r *http.Request) error {
	now := a.CheckersNow(r.Context())
	if now == nil {
		return errNoCheckers
	}
	return answer(w, http.StatusOK, now)
}

var errNoCheckers = Refuse(http.StatusConflict, "no fleet of checkers is watched: start with --redis URL")

// orderStrategy has every checker of the fleet decide by a strategy.
func (a *API) orderStrategy(w http.ResponseWriter, r *http.Request) error {
	if a.Checkers == nil {
		return errNoCheckers
	}
	var want struct {
		Name string `json:"name"`
	}
	if err := read(w, r, &want); err != nil {
		return err
	}
	if err := knownStrategy(want.Name); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkersWithin)
	defer cancel()
	order, err := a.Checkers.Order(ctx, want.Name, by)
	if err != nil {
		return Refuse(http.StatusServiceUnavailable, "the order is not given for certain: %v", err)
	}
	return answer(w, http.StatusOK, order)
}

// knownStrategy refuses what no checker of this release could apply.
func knownStrategy(name string) error {
	if name == "" {
		return refuse("field \"name\" is missing: name a strategy")
	}
	for _, s := range Strategies() {
		if s.Name == name {
			return nil
		}
	}
	return Refuse(http.StatusNotFound, "strategy %q: GET strategies lists those there are", name)
}
