package units

import "math"

// ByteRange writes the ends of an interval in one unit: "99.0 to 121 MB".
func ByteRange(low, high float64) string { return span(low, high, byteScales) }

// CountRange writes the ends of an interval of counts: "−2 to 9".
func CountRange(low, high float64) string { return span(low, high, countScales) }

// ByteEstimate writes an estimate with its doubt: "0.87 ± 0.05 MB", or
// "110 MB (99.0 to 140 MB)" when the interval leans to one side. An interval of no
// width is exact and is written bare.
func ByteEstimate(low, estimate, high float64) string {
	return doubted(low, estimate, high, byteScales)
}

// CountEstimate is ByteEstimate for counts.
func CountEstimate(low, estimate, high float64) string {
	return doubted(low, estimate, high, countScales)
}

// SecondsEstimate is ByteEstimate for times, given in seconds: "2.81 ± 0.05 ms".
func SecondsEstimate(low, estimate, high float64) string {
	return doubted(low, estimate, high, secondScales)
}

// TimesEstimate writes how many times as much something is: "0.51 (0.50 to
// 0.53) times".
func TimesEstimate(low, estimate, high float64) string {
	if math.IsNaN(low) || math.IsNaN(estimate) || math.IsNaN(high) {
		return Unknown
	}
	return Number(estimate) + " (" + Number(low) + " to " + Number(high) + ")" + nbsp + "times"
}

func span(low, high float64, scales []scale) string {
	if math.IsNaN(low) || math.IsNaN(high) {
		return Unknown
	}
	s := fit(math.Max(math.Abs(low), math.Abs(high)), scales)
	places := max(0, 2-magnitude(math.Max(math.Abs(low), math.Abs(high))/s.factor))
	if s.factor == 1 && s.unit != "s" { // what is counted has no fractions
		places = 0
	}
	out := decimal(low/s.factor, places) + " to " + decimal(high/s.factor, places)
	if s.unit == "" {
		return out
	}
	return out + nbsp + s.unit
}

// lopsided is how unlike the two halves of an interval may be for ± to be true.
const lopsided = 0.25

func doubted(low, estimate, high float64, scales []scale) string {
	if math.IsNaN(estimate) || math.IsNaN(low) || math.IsNaN(high) {
		return Unknown
	}
	if low == high {
		return scaled(estimate, scales)
	}
	half := (high - low) / 2
	if math.Abs((high-estimate)-(estimate-low)) > 2*lopsided*half {
		return scaled(estimate, scales) + " (" + span(low, high, scales) + ")"
	}
	s := fit(math.Max(math.Abs(estimate), half), scales)
	places := max(0, -magnitude(half/s.factor))
	if places == 0 && math.Max(math.Abs(estimate), half)/s.factor < 9.995 && s.factor > 1 {
		places = 1
	}
	out := decimal(estimate/s.factor, places) + nbsp + "±" + nbsp + decimal(half/s.factor, places)
	if s.unit == "" {
		return out
	}
	return out + nbsp + s.unit
}
