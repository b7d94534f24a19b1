// Package strategy holds the ways to find out whether a user is risky, the
// lesson's mistake included. One file is one strategy, and catalog.go is the
// only list of them.
package strategy

import (
	"context"
	"embed"
	"fmt"
	"time"

	"github.com/leakline/leakline/checker"
)

// Source holds this package's files as they were compiled, by their base
// names, to be shown beside what a profile says about their lines.
//
//go:embed auditforever.go catalog.go fallback.go heldcopy.go listscan.go localread.go localsnapshot.go memo.go pinnedjson.go redissismember.go
//go:embed riskyset.go setperrequest.go spread.go strandedlookup.go unboundedmemo.go unclosedrows.go userset.go warmcache.go
var Source embed.FS

// A Spec is a strategy to choose.
type Spec struct {
	Name    string
	Summary string // one sentence without its full stop
	New     func(Parts) (checker.Strategy, error)
}

// Catalog lists the strategies in teaching order.
func Catalog() []Spec {
	return []Spec{
		{"set-per-request", "Fetches the list and builds a new Set of it on every request, hit or miss", newSetPerRequest},
		{"list-scan", "Fetches and parses the list on every request and scans it, without a Set", newListScan},
		{"redis-sismember", "Asks Redis for one member of a Set that an updater publishes", newRedisSIsMember},
		{"local-snapshot", "Looks the user up in a copy of the Set in this process, replaced when another is published", newLocalSnapshot},
		{"audit-forever", "Decides as set-per-request does, and keeps one request's Set in ten in a log that nothing ever empties", newAuditForever},
		{"pinned-json", "Searches the list as text and remembers how each risky user is spelled in it", newPinnedJSON},
		{"unbounded-memo", "Remembers the answer for each user and amount, and never forgets one", newUnboundedMemo},
		{"warm-cache", "Remembers the latest answers, a fixed number of them", newWarmCache},
		{"stranded-lookup", "Asks Redis and SQL at the same time and takes the first answer", newStrandedLookup},
		{"unclosed-rows", "Asks SQL through four connections of its own, and does not give all of them back", newUnclosedRows},
	}
}

// Builder returns what starts the catalogue's strategies from parts.
func Builder(parts Parts) checker.Builder {
	return func(name string) (checker.Strategy, error) {
		for _, spec := range Catalog() {
			if spec.Name == name {
				return spec.New(parts)
			}
		}
		return nil, fmt.Errorf("%w: %q", checker.ErrUnknownStrategy, name)
	}
}

// Parts is what strategies are made of. All of it outlives them.
type Parts struct {
	Cache     ListCache
	Members   func() (Members, error) // a fresh one for each call, owned by the caller
	Published Published
	Buckets   checker.Buckets // in which Redis holds the Set; default one
	Users     RiskyUsers
	Rows      func() (RowSource, error) // a fresh one for each call, owned by the caller
	Sentinel  func() bool               // whether whole Sets are published with checker.Sentinel in them
	SetBuilt  func()                    // called for each Set built in this process

	RowPatience time.Duration // for how long unclosed-rows waits for a connection; default 20 s

	AuditEvery func() int // payments for each one that audit-forever keeps, more than 0; default 10
}

// ListCache is the part of Redis that holds the JSON list.
type ListCache interface {
	// Get returns nil without an error when there is no such key.
	Get(ctx context.Context, key string) ([]byte, error)
	SetEx(ctx context.Context, key string, value []byte, ttl time.Duration) error
}

// Members asks Redis who is in a Set. A Set that does not exist has no members.
type Members interface {
	IsMember(ctx context.Context, key, member string) (bool, error)
	AreMembers(ctx context.Context, key string, members ...string) ([]bool, error)
	Close() error
}

// Published is the Set in Redis, in buckets, as an updater left it that
// publishes whole ones.
type Published interface {
	// Versions names the Set of each bucket in turn. A name is empty when there
	// is none, or its updater has not been seen for long.
	Versions(ctx context.Context) ([]string, error)
	// Version does so for one bucket and counts its members, the sentinel among
	// them.
	Version(ctx context.Context, bucket int) (version string, members int, err error)
	// EachMember passes all members of a bucket on, piece by piece, some perhaps
	// twice.
	EachMember(ctx context.Context, bucket int, f func(members []string) error) error
}

// A RowSource asks SQL with rows for an answer, as a driver gives them. Its
// connections are few.
type RowSource interface {
	// LookUp waits for a connection until ctx ends. Its rows, which outlive ctx,
	// hold one row for a risky user and none for another.
	LookUp(ctx context.Context, userID string) (Rows, error)
	Close() error
}

// Rows hold a connection until they are closed or read to their end.
type Rows interface {
	Next() bool
	Err() error
	Close() error
}

// RiskyUsers is the source of truth, in SQL.
type RiskyUsers interface {
	ActiveIDs(ctx context.Context) ([]string, error)
	// EachActive passes the same on, in pieces of that many.
	EachActive(ctx context.Context, piece int, f func(userIDs []string) error) error
	IsRisky(ctx context.Context, userID string) (bool, error)
}
