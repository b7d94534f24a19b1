package checker

import "time"

// What is kept in Redis, before any prefix.
const (
	// ListKey holds the risky users as a JSON list of strings. Whoever misses
	// it writes it.
	ListKey = "risky_users"
	ListTTL = 300 * time.Second

	// SetKey holds them as a Set, which only the updater writes. The braces
	// keep it and the keys it is renamed from in one slot of a Cluster.
	SetKey = "{risky_users}:set"

	// VersionKey names the Set that was published whole last, by a text that is
	// never the same twice and begins with its updater's fence. It expires when its updater is not heard of for
	// longer than VersionTTL or five of its intervals.
	VersionKey = "{risky_users}:version"
	VersionTTL = 5 * time.Minute

	// UpdaterKey says which updater publishes; it expires with that one.
	// FenceKey counts how often that has changed.
	UpdaterKey = "{risky_users}:updater"
	FenceKey   = "{risky_users}:fence"

	// Sentinel is a member of every Set that was published whole. No user can
	// be called so, because a user id holds no control characters.
	Sentinel = "\x00published"
)
