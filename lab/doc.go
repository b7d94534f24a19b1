// Package lab runs the training lab: the fraud checker in a child process of
// its own, under load, beside the observer that watches it. The observer holds
// everything that must outlive the patient: what was wanted of it, the series,
// the snapshots.
//
// Lab owns one goroutine for each of: the patient's supervisor, the Redis
// child, the load, the snapshots by the clock. Commands come from any
// goroutine and are carried out one after the other.
package lab
