package heapgraph

import (
	"fmt"
	"os"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/leakline/leakline/profiler/diff"
)

// The sites of a graph are those of the heap profile of the same moment, down
// to the line, even where the compiler inlined them.
func TestSitesAgreeWithTheHeapProfile(t *testing.T) {
	path := program(t)
	for _, name := range []string{"inlined", "ranged", "map-in-struct", "context-children"} {
		t.Run(name, func(t *testing.T) {
			dump, _ := dumpCase(t, path, name)
			g := readDump(t, dump, Options{Binary: openBinary(t, path)})
			inGraph := make(map[string]int64)
			for _, s := range g.samples {
				site := &g.Sites[s.site]
				inGraph[fmt.Sprintf("%s:%d", site.Function(), site.Line())]++
			}
			inProfile := profileSites(t, dump+".pprof")
			for site := range inProfile {
				if inGraph[site] == 0 {
					t.Errorf("%s is in the profile alone", site)
				}
			}
			if t.Failed() {
				t.Logf("the graph has %v", inGraph)
			}
			if len(inProfile) < 2 {
				t.Errorf("the profile has %v, want more", inProfile)
			}
		})
	}
}

// profileSites returns the user's sites that hold something.
func profileSites(t *testing.T, path string) map[string]bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := profile.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	sites := make(map[string]bool)
	for _, s := range p.Sample {
		if s.Value[2] == 0 { // inuse_objects
			continue
		}
		var stack []diff.Frame
		for _, l := range s.Location {
			for _, line := range l.Line {
				stack = append(stack, diff.Frame{Function: line.Function.Name, File: line.Function.Filename, Line: int(line.Line)})
			}
		}
		if at, users := diff.UserFrame(stack, nil); users {
			sites[fmt.Sprintf("%s:%d", stack[at].Function, stack[at].Line)] = true
		}
	}
	return sites
}
