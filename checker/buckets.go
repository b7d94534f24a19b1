package checker

import (
	"fmt"
	"math/bits"
)

// MaxBuckets is into how many parts the Set of risky users can be divided.
const MaxBuckets = 256

// Buckets are the parts in which the Set of risky users is kept in Redis: a Set
// and a version each, in a slot of a Cluster each, so that no node holds all of
// them or answers all questions. The zero value is one bucket, which goes by
// SetKey, VersionKey and Sentinel.
//
// Publisher and readers must agree on how many there are. Whoever does not looks
// for a sentinel that is not there, and asks SQL.
type Buckets struct {
	names    []bucketNames // none for one bucket
	sentinel string
}

type bucketNames struct{ set, version string }

// NewBuckets returns n buckets, a power of two.
func NewBuckets(n int) (Buckets, error) {
	if n < 1 || n > MaxBuckets || bits.OnesCount(uint(n)) != 1 {
		return Buckets{}, fmt.Errorf("%d buckets: want 1, 2, 4 and so on up to %d", n, MaxBuckets)
	}
	if n == 1 {
		return Buckets{}, nil
	}
	b := Buckets{names: make([]bucketNames, n), sentinel: fmt.Sprintf("%s in %d", Sentinel, n)}
	for i := range b.names {
		tag := fmt.Sprintf("{risky_users:%02x}", i)
		b.names[i] = bucketNames{tag + ":set", tag + ":version"}
	}
	return b, nil
}

// Len is how many there are.
func (b Buckets) Len() int { return max(1, len(b.names)) }

// Of returns the bucket of a user: the low bits of the FNV-1a hash, 32 bits
// wide, of the id's bytes. It must stay so, because what is published outlives
// the process that has published it.
func (b Buckets) Of(userID string) int {
	if len(b.names) == 0 {
		return 0
	}
	const offset, prime = 2166136261, 16777619
	hash := uint32(offset)
	for i := range len(userID) {
		hash = (hash ^ uint32(userID[i])) * prime
	}
	return int(hash) & (len(b.names) - 1)
}

// SetKey names bucket i's Set.
func (b Buckets) SetKey(i int) string {
	if len(b.names) == 0 {
		return SetKey
	}
	return b.names[i].set
}

// VersionKey names what bucket i's Set goes by.
func (b Buckets) VersionKey(i int) string {
	if len(b.names) == 0 {
		return VersionKey
	}
	return b.names[i].version
}

// Sentinel is a member of each bucket that was published whole.
func (b Buckets) Sentinel() string {
	if len(b.names) == 0 {
		return Sentinel
	}
	return b.sentinel
}
