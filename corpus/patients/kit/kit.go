// Package kit is the services' own helper library.
package kit

import "bytes"

// A Label is a named value that is copied out of a request.
type Label struct{ Name, Value []byte }

// NewLabel copies what it is given.
func NewLabel(name, value string) *Label {
	return &Label{bytes.Clone([]byte(name)), bytes.Clone([]byte(value))}
}
