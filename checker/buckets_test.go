package checker_test

import (
	"fmt"
	"testing"

	"github.com/leakline/leakline/checker"
)

func mustBuckets(t testing.TB, n int) checker.Buckets {
	t.Helper()
	b, err := checker.NewBuckets(n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBucketsAreAsTheyWerePublished(t *testing.T) {
	b := mustBuckets(t, 64)
	// What FNV-1a says, by its published test vectors: "" and "a" and "foobar".
	for id, hash := range map[string]uint32{"": 0x811c9dc5, "a": 0xe40c292c, "foobar": 0xbf9cf968} {
		if got, want := b.Of(id), int(hash&63); got != want {
			t.Errorf("%q is in bucket %d, want %d", id, got, want)
		}
	}
	if b.SetKey(10) != "{risky_users:0a}:set" || b.VersionKey(63) != "{risky_users:3f}:version" || b.Sentinel() != "\x00published in 64" {
		t.Errorf("keys %q, %q, sentinel %q", b.SetKey(10), b.VersionKey(63), b.Sentinel())
	}
	for _, one := range []checker.Buckets{{}, mustBuckets(t, 1)} {
		if one.Len() != 1 || one.Of("u1") != 0 || one.SetKey(0) != checker.SetKey ||
			one.VersionKey(0) != checker.VersionKey || one.Sentinel() != checker.Sentinel {
			t.Errorf("one bucket goes by %q, %q", one.SetKey(0), one.Sentinel())
		}
	}
}

func TestBucketsAreFilledAlike(t *testing.T) {
	for _, n := range []int{2, 64, 256} {
		b, counts := mustBuckets(t, n), make([]int, n)
		const users = 200_000
		for i := range users {
			counts[b.Of(fmt.Sprintf("u%07d", i))]++
		}
		for i, got := range counts {
			if mean := users / n; got < mean*8/10 || got > mean*12/10 {
				t.Errorf("of %d buckets number %d holds %d users, want about %d", n, i, got, mean)
			}
		}
	}
}

func TestBucketsAreAPowerOfTwo(t *testing.T) {
	for _, n := range []int{-1, 0, 3, 100, 512} {
		if _, err := checker.NewBuckets(n); err == nil {
			t.Errorf("%d buckets are accepted", n)
		}
	}
}
