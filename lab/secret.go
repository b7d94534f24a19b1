package lab

import (
	"crypto/rand"
	"errors"
	"net/url"
)

// newToken returns a secret of 130 bits for one life of the patient.
func newToken() string { return rand.Text() }

// hideUserinfo drops the URL from a parse error: it may hold a password.
func hideUserinfo(err error) error {
	var parse *url.Error
	if errors.As(err, &parse) {
		return parse.Err
	}
	return err
}
