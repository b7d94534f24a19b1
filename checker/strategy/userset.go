package strategy

import (
	"errors"
	"hash/maphash"
	"math"
	"math/bits"
)

// maxUserID is the longest id a userSet holds, in bytes: its length has one
// byte. No payment names a longer one.
const maxUserID = math.MaxUint8

var errTooMany = errors.New("more than 4 GiB of user ids")

// A userSet is a hash table that never changes: one bucket per user, and the
// ids of all buckets one after the other. Beside an id itself it takes 5 bytes,
// and being free of pointers it gives the collector nothing to scan. The zero
// value is empty.
type userSet struct {
	seed   maphash.Seed
	starts []uint32 // where each bucket begins in ids, and where the last one ends
	ids    []byte   // each id behind its length
	len    int
}

func (s *userSet) contains(id string) bool {
	if s.len == 0 {
		return false
	}
	for b := s.bucket(maphash.String(s.seed, id)); len(b) > 0 && b[0] > 0; b = b[1+int(b[0]):] {
		if string(b[1:1+int(b[0])]) == id {
			return true
		}
	}
	return false
}

// bucket returns the ids that share a hash's bucket: the upper half of
// hash × buckets spreads evenly without a division.
func (s *userSet) bucket(hash uint64) []byte {
	i, _ := bits.Mul64(hash, uint64(len(s.starts)-1))
	return s.ids[s.starts[i]:s.starts[i+1]]
}

// bytes is the memory that it takes.
func (s *userSet) bytes() int { return 4*len(s.starts) + len(s.ids) }

// A userSetBuilder gathers ids in the order in which they come.
type userSetBuilder struct {
	ids []byte // each behind its length
	n   int
}

// add leaves out what nobody can ask for.
func (b *userSetBuilder) add(ids []string) error {
	for _, id := range ids {
		if id == "" || len(id) > maxUserID {
			continue
		}
		if len(b.ids)+1+len(id) > math.MaxUint32 {
			return errTooMany
		}
		b.ids = append(append(b.ids, byte(len(id))), id...)
		b.n++
	}
	return nil
}

// build measures the buckets, then fills them. An id that was added twice is in
// the set once; the room of the second one stays empty, which its length of 0
// says.
func (b *userSetBuilder) build() *userSet {
	if b.n == 0 {
		return &userSet{}
	}
	s := &userSet{seed: maphash.MakeSeed(), starts: make([]uint32, b.n+1), ids: make([]byte, len(b.ids))}
	for id := range b.each {
		i, _ := bits.Mul64(maphash.Bytes(s.seed, id[1:]), uint64(b.n))
		s.starts[i+1] += uint32(len(id))
	}
	for i := range b.n {
		s.starts[i+1] += s.starts[i]
	}
	for id := range b.each {
		if insert(s.bucket(maphash.Bytes(s.seed, id[1:])), id) {
			s.len++
		}
	}
	return s
}

// insert puts id, behind its length, into the bucket's first room, unless the
// bucket holds it.
func insert(bucket, id []byte) bool {
	for bucket[0] > 0 {
		end := 1 + int(bucket[0])
		if string(bucket[:end]) == string(id) {
			return false
		}
		bucket = bucket[end:]
	}
	copy(bucket, id)
	return true
}

// each yields the ids, each behind its length.
func (b *userSetBuilder) each(yield func([]byte) bool) {
	for rest := b.ids; len(rest) > 0; {
		end := 1 + int(rest[0])
		if !yield(rest[:end]) {
			return
		}
		rest = rest[end:]
	}
}
