package units

import (
	"math"
	"strings"
	"testing"
	"time"
)

// plain makes expectations readable: a test writes ordinary spaces and
// hyphens where the output has the typographic ones.
func plain(s string) string {
	return strings.NewReplacer(nbsp, " ", minus, "-").Replace(s)
}

func TestNumbersReadAsPeopleWriteThem(t *testing.T) {
	tests := []struct {
		name, got, want string
	}{
		{"few bytes are whole", Bytes(48), "48 B"},
		{"no bytes", Bytes(0), "0 B"},
		{"a fraction of a byte a request", Bytes(0.25), "0.250 B"},
		{"kilobytes are thousands", Bytes(5200), "5.20 kB"},
		{"three digits", Bytes(110.4e6), "110 MB"},
		{"rounding carries into the next unit", Bytes(999_999), "1.00 MB"},
		{"rounding carries into the next digit", Bytes(99_960), "100 kB"},
		{"a loss has a minus", Bytes(-1.9e6), "-1.90 MB"},
		{"unknown memory", Bytes(math.NaN()), "–"},
		{"growth has a plus", SignedBytes(110e6), "+110 MB"},
		{"growth of a fraction", SignedBytes(0.4), "+0.400 B"},
		{"no change has no sign", SignedBytes(0), "0 B"},
		{"unknown change has no sign", SignedBytes(math.NaN()), "–"},
		{"a rate", BytesPerSecond(3.83e6), "3.83 MB/s"},
		{"an unknown rate has no unit", BytesPerSecond(math.NaN()), "–"},
		{"thousands stand apart", Count(6000), "6 000"},
		{"millions stand apart", Count(-1234567), "-1 234 567"},
		{"below a thousand nothing does", Count(575), "575"},
		{"an unknown count", Count(math.NaN()), "–"},
		{"short count", ShortCount(5.7e6), "5.70 M"},
		{"signed short count", SignedCount(575), "+575"},
		{"percent is whole", Percent(0.97), "97 %"},
		{"percent near all", Percent(0.997), "99.7 %"},
		{"percent below one", Percent(0.001), "0.1 %"},
		{"percent of nothing", Percent(0), "0 %"},
		{"percent of all", Percent(1), "100 %"},
		{"unknown percent", Percent(math.NaN()), "–"},
		{"microseconds", Seconds(4.2e-6), "4.20 µs"},
		{"milliseconds", Seconds(0.022), "22.0 ms"},
		{"seconds", Seconds(1.1), "1.10 s"},
		{"whole seconds", Seconds(57.2), "57 s"},
		{"minutes", Seconds(190.2), "3 min 10 s"},
		{"a full minute", Seconds(59.7), "1 min"},
		{"hours", Duration(90 * time.Minute), "1 h 30 min"},
		{"days", Seconds(86400 * 2.5), "2 d 12 h"},
		{"unknown time", Seconds(math.NaN()), "–"},
		{"an interval has one unit", ByteRange(99e6, 121e6), "99 to 121 MB"},
		{"an interval across zero", ByteRange(-0.9e6, 1.7e6), "-0.90 to 1.70 MB"},
		{"an interval of counts", CountRange(-2, 9), "-2 to 9"},
		{"doubt sets the digits", ByteEstimate(0.82e6, 0.87e6, 0.92e6), "870 ± 50 kB"},
		{"doubt in megabytes", ByteEstimate(105e6, 110e6, 116e6), "110 ± 6 MB"},
		{"small numbers keep a digit", ByteEstimate(1.4e6, 3.0e6, 4.6e6), "3.0 ± 1.6 MB"},
		{"a lopsided interval shows its ends", ByteEstimate(10e6, 20e6, 60e6), "20.0 MB (10.0 to 60.0 MB)"},
		{"an exact figure is bare", ByteEstimate(48, 48, 48), "48 B"},
		{"an unknown estimate", ByteEstimate(math.NaN(), math.NaN(), math.NaN()), "–"},
		{"counts with doubt", CountEstimate(90, 100, 110), "100 ± 10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plain(tt.got); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnitNeverWrapsAwayFromItsNumber(t *testing.T) {
	for _, s := range []string{Bytes(5e6), Percent(0.5), Seconds(190), Count(6000), ByteEstimate(1e6, 2e6, 3e6)} {
		if strings.Contains(s, " ") {
			t.Errorf("%q may break across lines at an ordinary space", s)
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, v := range []float64{0, -1, 999.5, 1e300, math.Inf(1), math.SmallestNonzeroFloat64} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		for _, s := range []string{Bytes(v), SignedBytes(v), ShortCount(v), Percent(v), Seconds(v), ByteRange(-v, v), ByteEstimate(v, v*2, v*3)} {
			if s == "" || strings.Contains(s, "-") {
				t.Errorf("%v is written %q", v, s)
			}
		}
	})
}
