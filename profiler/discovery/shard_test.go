package discovery

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"": {}, "1/1": {1, 1}, "2/10": {2, 10}, "10000/10000": {10000, 10000}} {
		if got, err := ParseShard(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"2", "0/10", "11/10", "-1/2", "1/0", "a/b", "1/2/3", "1/10001", "/", "1 / 2"} {
		if got, err := ParseShard(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

// Every service is of exactly one shard, none is left out or much larger than
// the others, and where a service belongs is for ever.
func TestShardsAreAllAndDisjoint(t *testing.T) {
	for _, of := range []int{1, 2, 3, 10, 13} {
		sizes := make([]int, of)
		for i := range 1000 {
			url, ours := fmt.Sprintf("http://10.0.%d.%d:8080", i/250, i%250), 0
			for n := range of {
				if (Shard{n + 1, of}).Has(url) {
					ours++
					sizes[n]++
				}
			}
			if ours != 1 || !(Shard{}).Has(url) {
				t.Fatalf("%s is of %d of %d shards", url, ours, of)
			}
		}
		for _, size := range sizes {
			if size < 1000/of*6/10 || size > 1000/of*14/10+1 {
				t.Errorf("%d shards have %v", of, sizes)
				break
			}
		}
	}
	for url, number := range map[string]int{"http://checker-2:8080": 6, "http://[fd00::7]:6060": 2, "http://10.0.0.7:6060": 1, "http://checker-1:8080": 1} {
		if !(Shard{number, 10}).Has(url) {
			t.Errorf("%s is not of shard %d of 10 any more", url, number)
		}
	}
}

func TestRunFindsItsShardAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []string
		for i := range 40 {
			all = append(all, fmt.Sprintf("http://%d", i))
		}
		seen := make(map[string]int)
		for n := range 4 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			err := Run(ctx, Config{Sources: []Source{List(all)}, Shard: Shard{n + 1, 4}, Changed: func(f Found) {
				if f.Sources[0].Services != 40 {
					t.Errorf("the source is said to know %d, want all 40", f.Sources[0].Services)
				}
				for _, s := range f.Services {
					seen[s.URL]++
				}
			}})
			cancel()
			if err != nil {
				t.Error(err)
			}
		}
		for _, url := range all {
			if seen[url] != 1 {
				t.Errorf("%s is watched by %d of 4 observers", url, seen[url])
			}
		}
	})
}
