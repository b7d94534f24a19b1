package checker

import "errors"

var (
	// ErrUnknownStrategy reports a name that is not in the catalogue.
	ErrUnknownStrategy = errors.New("unknown strategy")

	// ErrUnavailable reports that neither Redis nor SQL could say whether a
	// user is risky. The payment is undecided and may be asked again.
	ErrUnavailable = errors.New("risky users cannot be looked up")

	// ErrClosed reports that the checker has been closed.
	ErrClosed = errors.New("checker is closed")
)
