package templates

import (
	"math"
	"strconv"
	"strings"
)

// Glyphs are drawn in the user units of their own viewBox: one unit is one
// CSS pixel at the default type size.
const (
	intervalWidth = 224
	shareWidth    = 88
)

// at places a share of a width; out-of-range shares stay at the edge.
func at(share, width float64) string {
	return strconv.FormatFloat(math.Max(0, math.Min(1, share))*width, 'f', 1, 64)
}

func zeroPath(zero float64) string { return "M" + at(zero, intervalWidth) + " 0V18" }

func intervalPath(iv Interval) string {
	low, high := at(iv.Low, intervalWidth), at(iv.High, intervalWidth)
	return "M" + low + " 9H" + high + "M" + low + " 5V13M" + high + " 5V13"
}

// sortKey is what scripts sort by; empty means unknown and sorts last.
func sortKey(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// shortName drops the directories of a function's package, and leaves type
// arguments alone, which may contain slashes of their own.
func shortName(function string) string {
	head, args := function, ""
	if i := strings.IndexByte(function, '['); i >= 0 {
		head, args = function[:i], function[i:]
	}
	return clip(head[strings.LastIndexByte(head, '/')+1:] + args)
}

// clip leaves out the middle of a name that no cell can hold; its title has all
// of it.
func clip(name string) string {
	const most = 256
	runes := []rune(name)
	if len(runes) <= most {
		return name
	}
	return string(runes[:most/2]) + "…" + string(runes[len(runes)-most/2+1:])
}

// known writes a dash for what is not known.
func known(figure string) string {
	if figure == "" {
		return "–"
	}
	return figure
}
