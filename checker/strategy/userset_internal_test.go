package strategy

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func userSetOf(t testing.TB, ids ...string) *userSet {
	t.Helper()
	var b userSetBuilder
	if err := b.add(ids); err != nil {
		t.Fatal(err)
	}
	return b.build()
}

func labIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("u%010d", i)
	}
	return ids
}

func TestUserSetHoldsWhatWasAdded(t *testing.T) {
	longest := strings.Repeat("é", 127) + "x"
	tests := map[string][]string{
		"nobody":            nil,
		"one":               {"a"},
		"odd characters":    {"a", "a\x00", "\x00", "ü", "'; --", longest},
		"a thousand":        labIDs(1000),
		"some of them more": append(labIDs(1000), labIDs(700)...),
		"all the same":      {"a", "a", "a", "a"},
	}
	for name, ids := range tests {
		t.Run(name, func(t *testing.T) {
			want := make(map[string]bool)
			for _, id := range ids {
				want[id] = true
			}
			s := userSetOf(t, ids...)
			if s.len != len(want) {
				t.Errorf("holds %d users, want %d", s.len, len(want))
			}
			for id := range want {
				if !s.contains(id) {
					t.Errorf("%q is not in the set", id)
				}
			}
			for _, id := range append(labIDs(2000)[1000:], "", "b", "a\x00\x00", longest+"x") {
				if s.contains(id) {
					t.Errorf("%q is in the set", id)
				}
			}
		})
	}
}

func TestUserSetLeavesOutWhatNobodyCanAskFor(t *testing.T) {
	if s := userSetOf(t, "", strings.Repeat("x", 256), "a"); s.len != 1 || !s.contains("a") {
		t.Errorf("holds %d users, want a alone", s.len)
	}
}

// FuzzUserSet compares the set with a map, under ids of every length and byte.
func FuzzUserSet(f *testing.F) {
	f.Add("a b c a", "b")
	f.Add(strings.Repeat("x", 255)+" \x00 \xff", "\x00")
	f.Fuzz(func(t *testing.T, list, probe string) {
		ids := strings.Split(list, " ")
		in := make(map[string]bool)
		for _, id := range ids {
			in[id] = id != "" && len(id) <= maxUserID
		}
		s := userSetOf(t, ids...)
		for _, id := range append(ids, probe, probe+"x") {
			if s.contains(id) != in[id] {
				t.Errorf("contains(%q) = %v, want %v", id, s.contains(id), in[id])
			}
		}
	})
}

// BenchmarkUserSet compares a lookup, and the memory per user, with a map's.
func BenchmarkUserSet(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		ids := labIDs(2 * n) // every other lookup is a miss
		b.Run(fmt.Sprintf("users=%d/set=compact", n), func(b *testing.B) {
			before := heap()
			s := userSetOf(b, ids[:n]...)
			size := heap() - before
			lookUp(b, ids, func(id string) bool { return s.contains(id) })
			b.ReportMetric(float64(size)/float64(n), "B/user")
		})
		b.Run(fmt.Sprintf("users=%d/set=map", n), func(b *testing.B) {
			before := heap()
			m := make(map[string]struct{})
			for _, id := range ids[:n] {
				m[strings.Clone(id)] = struct{}{} // as it comes from a wire
			}
			size := heap() - before
			lookUp(b, ids, func(id string) bool { _, ok := m[id]; return ok })
			b.ReportMetric(float64(size)/float64(n), "B/user")
		})
	}
}

func lookUp(b *testing.B, ids []string, contains func(string) bool) {
	b.ReportAllocs()
	b.ResetTimer()
	found := 0
	for i := 0; b.Loop(); i += 7919 { // a prime, so that neighbours are not asked for in a row
		if contains(ids[i%len(ids)]) {
			found++
		}
	}
	if found == 0 && b.N > len(ids) {
		b.Error("found nobody")
	}
}

// heap is the live heap in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
