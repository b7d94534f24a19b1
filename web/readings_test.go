package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

// What is asked for by its ends has the readings between them, both included
// and no other.
func TestReadingsOfAStretch(t *testing.T) {
	s := newServer(t)
	begin := time.Now().Add(-30 * time.Second).Truncate(time.Second)
	for i := range 200 { // 20 s, ten a second, each some microseconds past its millisecond
		r := profiler.NewReading(begin.Add(time.Duration(i)*100*time.Millisecond+300*time.Microsecond), 1)
		r.Set(profiler.Goroutines, float64(i))
		s.lab.Watch().Series().Append(r)
	}
	at := func(i int) string {
		return begin.Add(time.Duration(i) * 100 * time.Millisecond).UTC().Format("15:04:05.000Z")
	}
	ms := func(i int) int64 { return begin.UnixMilli() + int64(i)*100 }
	for _, tt := range []struct {
		name     string
		from, to int64
		want     []string // times of the rows
	}{
		{"both ends", ms(50), ms(53), []string{at(50), at(51), at(52), at(53)}},
		{"between readings", ms(50) + 1, ms(53) - 1, []string{at(51), at(52)}},
		{"one instant", ms(50), ms(50), []string{at(50)}},
		{"up to now and beyond", ms(198), ms(10_000), []string{at(198), at(199)}},
		{"before all", ms(-1000), ms(-900), nil},
		{"the future", ms(1000), ms(2000), nil},
	} {
		body := s.do(t, call{path: fmt.Sprintf("readings.csv?from=%d&to=%d", tt.from, tt.to)})
		var got []string
		for line := range strings.Lines(body) {
			when, _, _ := strings.Cut(line, ",")
			if _, clock, ok := strings.Cut(when, "T"); ok {
				got = append(got, clock)
			}
		}
		if !strings.HasPrefix(body, "time,generation,floor,") || !slices.Equal(got, tt.want) {
			t.Errorf("%s: rows of %v, want %v", tt.name, got, tt.want)
		}
	}
}
