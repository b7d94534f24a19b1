// Package units writes numbers for people: web pages, sentences and the
// command line use the same words for the same value.
//
// Bytes scale by powers of ten, numbers have three significant digits, a
// no-break space stands before the unit and between thousands, a minus is
// U+2212, and what is unknown (NaN) is an en dash.
package units

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	nbsp  = "\u00a0"
	minus = "\u2212"

	// Unknown stands for a number nobody knows.
	Unknown = "–"
)

// A scale is a factor and what it is called.
type scale struct {
	factor float64
	unit   string
}

var (
	byteScales   = []scale{{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}, {1e15, "PB"}}
	secondScales = []scale{{1e-9, "ns"}, {1e-6, "µs"}, {1e-3, "ms"}, {1, "s"}}
	countScales  = []scale{{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}}
)

// fit returns the largest scale in which v still reads at least 1 after
// rounding to three digits, so that 999 999 is 1.00 MB and not 1000 kB.
func fit(v float64, scales []scale) scale {
	s := scales[0]
	for _, larger := range scales[1:] {
		if math.Abs(v) < larger.factor*0.9995 {
			break
		}
		s = larger
	}
	return s
}

// Bytes writes an amount of memory: "48 B", "5.20 kB", "110 MB".
func Bytes(v float64) string { return scaled(v, byteScales) }

// SignedBytes is Bytes with the sign of a change: "+110 MB", "−1.90 MB", "0 B".
func SignedBytes(v float64) string { return plus(v, Bytes(v)) }

// BytesPerSecond writes a rate of memory: "3.83 MB/s".
func BytesPerSecond(v float64) string { return suffixed(Bytes(v), "/s") }

// ShortCount writes a count in little room: "575", "5.70 M".
func ShortCount(v float64) string { return scaled(v, countScales) }

// SignedCount is ShortCount with the sign of a change: "+5.70 M".
func SignedCount(v float64) string { return plus(v, ShortCount(v)) }

// Count writes a whole number with its thousands apart: "6 000".
func Count(v float64) string {
	if math.IsNaN(v) {
		return Unknown
	}
	digits := strconv.FormatFloat(math.Abs(math.Round(v)), 'f', 0, 64)
	var b strings.Builder
	if math.Round(v) < 0 {
		b.WriteString(minus)
	}
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(nbsp)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// Percent writes a share: 0.97 is "97 %". The digit after the point appears
// where it tells something: below 1 % and close to 100 %.
func Percent(share float64) string {
	v := share * 100
	switch {
	case math.IsNaN(v):
		return Unknown
	case v == 0 || v == 100:
		return decimal(v, 0) + nbsp + "%"
	case math.Abs(v) < 1 || v >= 98.95 && v < 100:
		return decimal(v, 1) + nbsp + "%"
	}
	return decimal(v, 0) + nbsp + "%"
}

// Seconds writes a length of time: "22.0 ms", "57 s", "3 min 10 s".
func Seconds(v float64) string {
	abs := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return Unknown
	case abs == 0:
		return "0" + nbsp + "s"
	case abs < 0.9995e-3:
		return Number(v*1e6) + nbsp + "µs"
	case abs < 0.9995:
		return Number(v*1e3) + nbsp + "ms"
	case abs < 9.995:
		return Number(v) + nbsp + "s"
	case abs < 59.5:
		return decimal(v, 0) + nbsp + "s"
	case abs < 3599.5:
		return pair(v, 60, "min", "s")
	case abs < 86400-30:
		return pair(v/60, 60, "h", "min")
	}
	return pair(v/3600, 24, "d", "h")
}

// Duration is Seconds for a time.Duration.
func Duration(d time.Duration) string { return Seconds(d.Seconds()) }

// Number writes three significant digits: "0.870", "3.83", "110".
func Number(v float64) string { return decimal(v, 2-magnitude(v)) }

func scaled(v float64, scales []scale) string {
	if math.IsNaN(v) {
		return Unknown
	}
	s := fit(v, scales)
	n := Number(v / s.factor)
	if s.factor == 1 && v == math.Trunc(v) {
		n = decimal(v, 0)
	}
	if s.unit == "" {
		return n
	}
	return n + nbsp + s.unit
}

// pair writes v small units as a large and a small one, the small left out
// when it is nothing.
func pair(v, per float64, large, small string) string {
	total := math.Round(math.Abs(v))
	out := decimal(math.Copysign(math.Floor(total/per), v), 0) + nbsp + large
	if rest := math.Mod(total, per); rest > 0 {
		out += nbsp + decimal(rest, 0) + nbsp + small
	}
	return out
}

// magnitude returns the power of ten of v's first digit, after v is rounded
// to three digits.
func magnitude(v float64) int {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	m := int(math.Floor(math.Log10(math.Abs(v))))
	if math.Abs(v) >= math.Pow10(m+1)*0.9995 {
		m++
	}
	return m
}

// decimal writes v with places digits after the point; a negative places
// rounds in front of it. Zero never has a sign.
func decimal(v float64, places int) string {
	if math.IsNaN(v) {
		return Unknown
	}
	if places < 0 {
		unit := math.Pow10(-places)
		v, places = math.Round(v/unit)*unit, 0
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', min(places, 9), 64)
	if v < 0 && strings.Trim(s, "0.") != "" {
		return minus + s
	}
	return s
}

// plus signs a growth, unless it reads as nothing once it is rounded.
func plus(v float64, s string) string {
	if v > 0 && strings.ContainsAny(s, "123456789") {
		return "+" + s
	}
	return s
}

func suffixed(s, suffix string) string {
	if s == Unknown {
		return s
	}
	return s + suffix
}
