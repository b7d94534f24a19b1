package web

import (
	"fmt"

	"github.com/leakline/leakline/profiler/diff"
	"github.com/leakline/leakline/profiler/verdict"
	"github.com/leakline/leakline/web/api"
)

// fleetLead says in a sentence or two what is wrong, worst first.
func fleetLead(f api.FleetAnswer) (tone, text string) {
	var faults, growing, silent, unjudged, left int
	for _, in := range f.Instances {
		switch {
		case gone(in):
			left++
		case in.Status.Down():
			silent++
		case in.Verdict == nil || *in.Verdict == verdict.Insufficient:
			unjudged++
		case in.Verdict.Fault():
			faults++
		case *in.Verdict == verdict.Growing || *in.Verdict == verdict.OffHeap:
			growing++
		}
	}
	n := len(f.Instances) - left
	switch {
	case n == 0 && left > 0:
		return "watch", "No process is listed any more."
	case n == 0:
		return "", "No process is watched yet."
	case silent == n:
		return "watch", of(n, n, "does not answer.", "do not answer.")
	case faults > 0:
		tone, text = "fault", of(faults, n, "has a fault.", "have a fault.")+grows(f.Sites, n)
	case unjudged+silent == n:
		tone, text = "", "Nothing has been judged yet; that takes half a minute."
	case growing > 0:
		tone, text = "watch", of(growing, n, "grows.", "grow.")+grows(f.Sites, n)
	default:
		tone, text = "sound", of(n-unjudged-silent, n, "has no fault.", "have no fault.")
	}
	if silent == 0 {
		return tone, text
	}
	if tone == "sound" {
		tone = "watch"
	}
	return tone, text + " " + of(silent, n, "does not answer.", "do not answer.")
}

// gone reports whether a process was taken off the list and does not answer: it
// may come back, and is nobody's trouble while it does not.
func gone(in api.Instance) bool { return in.GoneT != nil && in.Status.Down() }

// of says what some of n processes do.
func of(some, n int, one, many string) string {
	switch {
	case n == 1:
		return "The process " + one
	case some == n && n == 2:
		return "Both processes " + many
	case some == n:
		return fmt.Sprintf("All %d processes %s", n, many)
	case some == 1:
		return fmt.Sprintf("1 of %d processes %s", n, one)
	}
	return fmt.Sprintf("%d of %d processes %s", some, n, many)
}

// grows says which line grows on most of n processes.
func grows(sites []verdict.CommonSite, n int) string {
	switch {
	case len(sites) == 0:
		return ""
	case n == 1:
		return " " + diff.ShortName(sites[0].Function) + " grows."
	}
	return fmt.Sprintf(" %s grows on %d of %d.", diff.ShortName(sites[0].Function), len(sites[0].Instances), n)
}
