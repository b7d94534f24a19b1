package main

import (
	"maps"
	"slices"
	"strconv"
)

// What slices and maps loop over is put into its caller, as functions that are
// called like the caller with more to it: main.ranged.Collect[…].AppendSeq[…]-range1.
// Such a body is at home in another file, whose lines may come right before those
// that allocate here. AppendSeq's loop is at line 51 of slices/iter.go, in Go 1.26.
// Hence the place of this function in its file: from before that line to after it.

var (
	rosterSets  []map[string]struct{}
	rosterLists [][]string
)

// members is how many strings a Set has.
const members = 64

// A roster is who is in a Set, by name.
type roster struct {
	names []string
	first int
}

func newRoster(first int) roster {
	r := roster{first: first}
	for i := range members {
		r.names = append(r.names, "member "+strconv.Itoa(first+i))
	}
	return r
}

// ranged keeps Sets, and the lists of what is in them.
func ranged() {
	for i := range many {
		r := newRoster(i * members)
		if len(r.names) != members {
			panic("a roster is not full")
		}

		// The Set grows as it is filled. No size is given, so that its tables are
		// allocated here, one after the other, and the old ones let go:
		// what is alive at the end is the last of each.
		//
		// It is filled with strings that the roster holds as well.
		set := make(map[string]struct{})
		for _, name := range r.names {
			set[name] = struct{}{}
		}
		rosterSets = append(rosterSets, set)

		// And its members, in the order of the map, which is nobody's.
		list := slices.Collect(maps.Keys(set))
		slices.Sort(list)
		rosterLists = append(rosterLists, list)
	}
}
