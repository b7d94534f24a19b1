package templates

import "slices"

// Modules each kind of page will import, named so that browsers fetch them
// at once instead of discovering them one import at a time. A test walks
// the import statements and keeps these lists complete.
var (
	baseModules = []string{"main", "dom", "theme"}
	liveModules = []string{
		"api", "axis", "charts", "clock", "colours", "commands", "cursor", "cycles", "decimate",
		"format", "gaps", "history", "keys", "lane", "live", "marks", "model", "notes",
		"paint", "paint-lines", "paint-marks", "readouts", "retry", "ring", "scale", "spans",
		"stream", "strips", "verdict", "view", "vitals", "words",
	}
	learnModules = []string{
		"api", "axis", "charts", "clock", "colours", "cover", "cycles", "decimate", "following", "format", "gaps", "history", "joining", "judged", "keepfocus", "learn", "marks", "model",
		"paint", "paint-lines", "paint-marks", "readouts", "retry", "ring", "room", "room-merge", "scale", "spans", "stage", "step", "stream", "strips", "swap", "tally", "verdict",
		"view", "vitals",
	}
	snapshotsModules = []string{"api", "snapshots", "swap", "tray"}
	fleetModules     = []string{"api", "fleet", "swap"}
	roomModules      = []string{"api", "retry", "roompage", "stream", "swap"}
	holdersModules   = []string{"api", "format", "holders"}
	diffModules      = []string{"api", "diff", "format", "icicle", "icicle-layout", "sort"}
)

func (v LiveView) hasControls() bool { return v.Page.Instructor && v.Controls != nil }

// modulesOf lists those of a live page; viewers have no controls.
func modulesOf(v LiveView) []string {
	if !v.hasControls() {
		return liveModules
	}
	return append(slices.Clip(liveModules), "controls")
}

// withBase returns the modules of a page, those of every page first.
func withBase(modules []string) []string {
	return append(append([]string(nil), baseModules...), modules...)
}
