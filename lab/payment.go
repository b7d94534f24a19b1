package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/profiler"
)

const maxAnswer = 4 << 10 // bytes of an answer worth reading

// A sample is a payment and what its decision ought to be.
type sample struct {
	patient string
	id      string
	user    int
	amount  int64 // cents
	list    int   // as in load.lists
	judged  bool  // risky is known
	risky   bool
}

// draw makes up the next payment.
func (l *load) draw(payment uint64, arrivals *rand.Rand) sample {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := sample{patient: l.patient, id: fmt.Sprintf("p%09d", payment), amount: 100 + arrivals.Int64N(50_000)}
	s.risky = arrivals.Float64() < l.settings.RiskyShare
	s.user = arrivals.IntN(l.settings.RiskyUsers)
	if !s.risky {
		s.user = l.settings.RiskyUsers + arrivals.IntN(l.users-l.settings.RiskyUsers)
	}
	s.list, s.judged = l.lists, l.judgesLocked(s.user)
	return s
}

// send asks for one decision and counts what came of it.
func (l *load) send(ctx context.Context, s sample) {
	begun := time.Now()
	risky, err := l.ask(ctx, s)
	if ctx.Err() != nil {
		return // we are ending; nobody failed
	}
	if err != nil {
		l.errors.Add(1)
		return
	}
	l.latencies.Observe(time.Since(begun))
	l.answered.Add(1)
	if risky != s.risky && s.judged && l.stillJudges(s) {
		l.wrong.Add(1)
	}
}

// stillJudges reports whether the list is the one that s was drawn from: it may
// have changed while the payment was under way.
func (l *load) stillJudges(s sample) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lists == s.list
}

func (l *load) ask(ctx context.Context, s sample) (risky bool, err error) {
	if s.patient == "" {
		return false, ErrNoPatient
	}
	body := fmt.Appendf(nil, `{"payment_id":%q,"user_id":%q,"amount_cents":%d,"currency":"EUR"}`, s.id, riskyusers.UserID(s.user), s.amount)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.patient+"/v1/check", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := l.client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return false, err
	}
	if resp.StatusCode != http.StatusOK {
		return false, fmt.Errorf("the checker answered %d", resp.StatusCode)
	}
	var answer struct {
		PaymentID string `json:"payment_id"`
		Risky     *bool  `json:"risky"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Risky == nil || answer.PaymentID != s.id {
		return false, fmt.Errorf("the checker's answer is not a decision on payment %s", s.id)
	}
	return *answer.Risky, nil
}

// A loadReader adds what the load generator has seen to a reading. Readings
// come one after the other.
type loadReader struct {
	load   *load
	recent *profiler.Recent
}

func newLoadReader(l *load) *loadReader {
	return &loadReader{l, profiler.NewRecent(len(l.latencies.Bounds())+1, 10)}
}

func (lr *loadReader) augment(r *profiler.Reading) {
	c := lr.load.counts()
	r.Set(profiler.LoadSent, float64(c.Sent))
	r.Set(profiler.LoadAnswered, float64(c.Answered))
	r.Set(profiler.LoadErrors, float64(c.Errors))
	r.Set(profiler.LoadSkipped, float64(c.Skipped))
	if !lr.load.foreign {
		r.Set(profiler.LoadWrong, float64(c.Wrong))
	}
	lr.load.latencies.Read(lr.recent.Slot())
	lr.recent.Advance()
	bounds := lr.load.latencies.Bounds()
	r.Set(profiler.LoadP50, lr.recent.Quantile(bounds, 0.50))
	r.Set(profiler.LoadP99, lr.recent.Quantile(bounds, 0.99))
}
