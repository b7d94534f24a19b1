package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/web/api"
)

const sparkHeight = 16.0

// spark draws values as a path in a box as wide as there are values, from zero
// up, with a gap where nothing is known; and says it in words.
func spark(values []api.Figure, span time.Duration) (path, words string) {
	top, first, last := 0.0, profiler.Unknown, profiler.Unknown
	for _, f := range values {
		if v := float64(f); profiler.Known(v) {
			top, last = math.Max(top, v), v
			if !profiler.Known(first) {
				first = v
			}
		}
	}
	if !profiler.Known(last) {
		return "", "floor: nothing is known"
	}
	var b strings.Builder
	verb := "M"
	for i, f := range values {
		v := float64(f)
		if !profiler.Known(v) {
			verb = "M"
			continue
		}
		y := sparkHeight - 1
		if top > 0 {
			y -= (sparkHeight - 2) * v / top
		}
		fmt.Fprintf(&b, "%s%d %.1f", verb, i, y)
		if verb == "M" {
			fmt.Fprintf(&b, "h.5") // a lone value shows too
		}
		verb = "L"
	}
	return b.String(), fmt.Sprintf("floor over %s: from %s to %s, %s at most", uptime(span), units.Bytes(first), units.Bytes(last), units.Bytes(top))
}

// knownBytes writes bytes, "" when unknown, with a tilde when estimated.
func knownBytes(v float64, exact bool) string {
	switch {
	case !profiler.Known(v):
		return ""
	case !exact:
		return "~" + units.Bytes(v)
	}
	return units.Bytes(v)
}
