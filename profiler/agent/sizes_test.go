package agent_test

import (
	"encoding/json"
	"net/http"
	"runtime"
	"testing"

	"github.com/leakline/leakline/profiler/agent"
)

// kept holds objects of one size alive.
var kept [][]byte

func TestSizesNameTheClassThatGrows(t *testing.T) {
	const size, many, large = 1 << 10, 2000, 8 << 20
	url := serve(t, agent.Config{})
	read := func() (classes map[int64]int64, beyond int64) {
		resp, body := ask(t, http.MethodGet, url+"/debug/leakline/sizes")
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", resp.Status, body)
		}
		var sizes agent.Sizes
		if err := json.Unmarshal(body, &sizes); err != nil {
			t.Fatal(err)
		}
		classes = make(map[int64]int64)
		last := int64(0)
		for i, c := range sizes.Classes {
			switch {
			case c.Objects <= 0 || c.Bytes < 0:
				t.Errorf("class %d has %d objects of %d bytes", i, c.Objects, c.Bytes)
			case c.UpTo == nil:
				beyond = c.Bytes
			default:
				if *c.UpTo <= last || c.Bytes != *c.UpTo*c.Objects {
					t.Errorf("class up to %d after %d: %d objects, %d bytes", *c.UpTo, last, c.Objects, c.Bytes)
				}
				last = *c.UpTo
				classes[last] = c.Objects
			}
		}
		return classes, beyond
	}

	runtime.GC()
	before, beyond := read()
	for range many {
		kept = append(kept, make([]byte, size))
	}
	kept = append(kept, make([]byte, large))
	t.Cleanup(func() { kept = nil })
	runtime.GC()
	after, more := read()
	// Some objects of others, or of the reading's own, may have gone meanwhile.
	if grew := after[size] - before[size]; grew < many-many/10 || grew > many+many/2 {
		t.Errorf("the class of %d bytes grew by %d objects, want about %d", size, grew, many)
	}
	if grew := more - beyond; grew < large-large/10 || grew > 2*large {
		t.Errorf("what is larger than any class grew by %d bytes, want about %d", grew, large)
	}
}
