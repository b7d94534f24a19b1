// Package riskyusers knows who is risky: a table in SQL is the source of truth,
// and an Updater publishes it to Redis.
//
// The users of the lab are numbered. Of any population the first ones are the
// risky ones, so that a load generator in another process can tell a wrong
// decision from a right one without asking anybody.
package riskyusers

import "fmt"

// MaxUsers is how many users there can be; beyond it ids would grow longer and
// no longer sort by number.
const MaxUsers = 10_000_000

// UserID returns the id of user i, from 0 to MaxUsers-1. Ids sort as their
// numbers do.
func UserID(i int) string { return fmt.Sprintf("u%07d", i) }

// Risky reports whether user i is one of riskyUsers.
func Risky(i, riskyUsers int) bool { return i < riskyUsers }
