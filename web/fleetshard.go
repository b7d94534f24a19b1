package web

import (
	"fmt"

	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/web/api"
)

// shardSize is how many processes a shard should have on average: a hash does
// not divide evenly, and the largest should fit into one observer all the same.
const shardSize = 75

// overWords says what to do where more were found than are watched by one of so
// many observers, 0 for a single one; "" where that is not so.
func overWords(f api.FleetAnswer, observers int) string {
	if f.Over == 0 {
		return ""
	}
	listed := f.Over
	for _, in := range f.Instances {
		if in.GoneT == nil {
			listed++
		}
	}
	observers = (listed*max(1, observers) + shardSize - 1) / shardSize
	return fmt.Sprintf("%s more were found and are not watched: one observer watches %d. Have %d observers share them: start each with the same "+
		"sources and a number of its own, --shard 1/%d to --shard %d/%d.", units.Count(float64(f.Over)), listed-f.Over, observers, observers, observers, observers)
}

// shardWords says that others watch the rest.
func shardWords(shard string) string {
	if shard == "" {
		return ""
	}
	return "This observer has shard " + shard + " of what is found; those of the other numbers have the rest."
}
