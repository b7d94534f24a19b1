// Package checker decides whether a payment is made by a risky user. A Payment
// gets a Decision; how is a Strategy's business, and the Checker replaces one
// strategy by another while payments keep coming.
//
// The package does no I/O of its own. What it fixes beside the vocabulary are
// the names under which risky users are kept in Redis, because one side
// publishes what the other side reads.
package checker
