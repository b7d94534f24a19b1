package templates

import "strings"

// noteText and noteTone let a page carry the empty note that scripts fill.
func noteText(n *Note) Note {
	if n == nil {
		return Note{}
	}
	return *n
}

func noteTone(n *Note) string { return noteText(n).Tone }

// markIcon is the picture of a kind of mark; an unknown kind is a note.
func markIcon(kind string) string {
	for _, i := range icons {
		if i.name == kind {
			return kind
		}
	}
	return "note"
}

// A reasonChip says why a snapshot was taken.
type reasonChip struct{ text, icon, tone string }

var reasons = map[string]reasonChip{
	"ready":         {"process ready", "start", ""},
	"manual":        {"by hand", "snapshot", ""},
	"interval":      {"at interval", "clock", ""},
	"before-switch": {"before a switch", "switch", "accent"},
	"after-switch":  {"after a switch", "switch", "accent"},
	"limit-50":      {"memory limit 50 %", "limit", "watch"},
	"limit-80":      {"memory limit 80 %", "limit", "fault"},
	"limit-95":      {"memory limit 95 %", "limit", "fault"},
	"upload":        {"upload", "upload", ""},
}

// reason falls back to the word on the wire, so that a new reason shows.
func reason(word string) reasonChip {
	if r, ok := reasons[word]; ok {
		return r
	}
	return reasonChip{word, "snapshot", ""}
}

// tabStop is the one card of a radio group that Tab reaches.
func tabStop(cards []StrategyCard) int {
	for i, c := range cards {
		if c.Current {
			return i
		}
	}
	return 0
}

// keptTone colours a share of what was allocated: kept is what a leak does,
// and passing through is what churn does.
func keptTone(share float64) string {
	if share >= 0.5 {
		return "grew"
	}
	return "acc"
}

func pickCount(n int) string {
	if n == 0 {
		return "None is kept yet."
	}
	return "One is kept so far."
}

// refText names a snapshot in a list of options.
func refText(s SnapshotRef) string {
	text := s.ID
	for _, part := range []string{s.Time, s.Strategy, reason(s.Reason).text, s.Label} {
		if part != "" {
			text += " · " + part
		}
	}
	return text
}

// withoutName is what is left to say once the snapshot's name is a link.
func withoutName(m MarkRow) string {
	return strings.TrimPrefix(m.Text, "snapshot "+m.Snapshot)
}

// fenceWords says how the limit is enforced, if there is one.
func fenceWords(fence string) string {
	if fence == "" {
		return ""
	}
	return "enforced by " + fence
}
