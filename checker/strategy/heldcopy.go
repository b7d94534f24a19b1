package strategy

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/leakline/leakline/checker"
)

// A heldCopy is never changed.
type heldCopy struct {
	users     []*userSet // one a bucket
	versions  []string   // of the buckets; nil when they were read from SQL
	confirmed time.Time  // that the source still said the same
}

// described does not count the sentinels of published buckets as users.
func (c *heldCopy) described() checker.Copy {
	d := checker.Copy{Version: nameOf(c.versions), Confirmed: c.confirmed}
	for _, users := range c.users {
		d.Users += users.len
		d.Bytes += users.bytes()
	}
	if c.versions != nil {
		d.Users -= len(c.users)
	}
	return d
}

// nameOf makes one name of many, which changes with each of them.
func nameOf(versions []string) string {
	if len(versions) < 2 {
		return strings.Join(versions, "")
	}
	hash := fnv.New64a()
	for _, v := range versions {
		io.WriteString(hash, v+"\n")
	}
	return fmt.Sprintf("%d buckets %016x", len(versions), hash.Sum64())
}

// differs counts the buckets that have other versions; none where there is no
// copy of what is published, which is not to be waited for.
func (c *heldCopy) differs(versions []string) (n int) {
	if c == nil || c.versions == nil {
		return 0
	}
	for i, version := range versions {
		if c.versions[i] != version {
			n++
		}
	}
	return n
}

// with returns a copy that differs in one bucket.
func (c *heldCopy) with(bucket int, users *userSet, version string) *heldCopy {
	next := &heldCopy{slices.Clone(c.users), slices.Clone(c.versions), c.confirmed}
	next.users[bucket], next.versions[bucket] = users, version
	return next
}
