package discovery

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

const maxShards = 10_000

// A Shard is the part of a fleet that one of several observers takes. The zero
// value is all of it.
type Shard struct{ Number, Of int } // Number counts from 1

// ParseShard reads "2/10"; "" is all.
func ParseShard(s string) (Shard, error) {
	if s == "" {
		return Shard{}, nil
	}
	number, of, ok := strings.Cut(s, "/")
	n, errN := strconv.Atoi(number)
	m, errM := strconv.Atoi(of)
	if !ok || errN != nil || errM != nil || n < 1 || n > m || m > maxShards {
		return Shard{}, fmt.Errorf("%q: want NUMBER/OF, such as 2/10, the first from 1 to the second, and that %d at most", s, maxShards)
	}
	return Shard{n, m}, nil
}

// String is what ParseShard reads.
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Number, s.Of)
}

// Has reports whether a service is of this shard. Which one it is of depends on
// its URL and on how many there are alone: observers need not know each other,
// and a service stays where it is while others come and go.
func (s Shard) Has(url string) bool {
	if s.Of == 0 {
		return true
	}
	sum := sha256.Sum256([]byte(url))
	return binary.BigEndian.Uint64(sum[:])%uint64(s.Of) == uint64(s.Number-1)
}

// of returns what services are of this shard.
func (s Shard) of(services []Service) []Service {
	if s.Of == 0 {
		return services
	}
	var ours []Service
	for _, one := range services {
		if s.Has(one.URL) {
			ours = append(ours, one)
		}
	}
	return ours
}
