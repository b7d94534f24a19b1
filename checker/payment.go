package checker

import (
	"context"
	"time"
)

// A Payment asks to be checked. Its fields have been validated by whoever
// received it: ids are not empty and hold no control characters.
type Payment struct {
	ID          string
	UserID      string
	AmountCents int64  // never negative
	Currency    string // three capital letters
}

// A Decision says what one strategy thought of one payment.
type Decision struct {
	PaymentID  string
	Risky      bool
	Strategy   string
	Generation uint64 // of the strategy that decided: 1 at start, one more with each switch
	Elapsed    time.Duration
}

// A Strategy finds out whether a payment's user is risky. Check is called by
// many goroutines at once. It answers or returns an error, never a guess: one
// that wraps ErrUnavailable when nobody who knows could be asked.
//
// Close is called once, after the last Check has returned, and ends every
// goroutine the strategy started.
type Strategy interface {
	Check(ctx context.Context, p Payment) (risky bool, err error)
	Close() error
}
