package riskyusers

import (
	"errors"
	"fmt"
)

// A Kind is a way to publish the risky users.
type Kind string

const (
	// Atomic builds a new Set and renames it over the old one. It never
	// expires, and it holds checker.Sentinel.
	Atomic Kind = "atomic"

	// Naive is the lesson's: DEL, SADD, EXPIRE one after the other, without a
	// sentinel. Between the first two nobody is risky, an empty table is an
	// error, and five minutes after it last ran nobody is risky either.
	Naive Kind = "naive"

	// Stopped publishes nothing; checks go on as under the kind before.
	Stopped Kind = "stopped"
)

// ErrUnknownKind reports a kind that there is not.
var ErrUnknownKind = errors.New("unknown updater kind")

// ParseKind returns the kind of that name.
func ParseKind(name string) (Kind, error) {
	switch k := Kind(name); k {
	case Atomic, Naive, Stopped:
		return k, nil
	}
	return "", fmt.Errorf("%w: %q", ErrUnknownKind, name)
}
