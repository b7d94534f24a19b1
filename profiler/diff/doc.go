// Package diff compares two profiles of a Go service: profiles in, Sites out.
//
// A Site is a function and line of the user's own code; what the standard
// library and dependencies allocate on its behalf counts for it. A Go heap
// profile is a sample, so every figure is an interval: the counts that the
// runtime really sampled are recovered from the file, and what may be nothing
// is called noise.
//
// The package is pure. It reads profiles from an io.Reader under limits, does
// no other I/O, and opens no file that a profile names.
package diff
