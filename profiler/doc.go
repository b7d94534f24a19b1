// Package profiler is the vocabulary of watching a Go process: a process gives
// Readings (cheap numbers, ten a second) and Snapshots (profiles), a Mark is
// something that happened to it, and a Series remembers the last day of it.
//
// Readings hold what was read, never a rate: rates are derived by Derive from
// two readings of one process life, so that a gap or a restart can never turn
// into a negative or an invented one. The package knows no HTTP and nothing of
// the service it watches.
package profiler
