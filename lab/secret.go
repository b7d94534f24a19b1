package lab

import "crypto/rand"

// newToken returns a secret of 130 bits for one life of the patient.
func newToken() string { return rand.Text() }
