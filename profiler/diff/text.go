package diff

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/leakline/leakline/profiler/units"
)

// textWidth fits a terminal and an incident channel's block of code.
const textWidth = 100

// indent is where the second line of a row begins.
const indent = "           "

// WriteText writes the report as plain text of at most 100 columns: the
// summary, then a table of the first top sites, all of them when top is 0.
func WriteText(w io.Writer, r *Report, top int) error {
	shown := r.Sites
	if top > 0 {
		shown = shown[:min(top, len(shown))]
	}
	b := bufio.NewWriter(w)
	for _, line := range wrap(r.Summary) {
		fmt.Fprintln(b, clean(line))
	}
	fmt.Fprintln(b, facts(r))
	if len(shown) > 0 {
		fmt.Fprintln(b)
		fmt.Fprintln(b, row("change", "95 % interval", "per second", "per req", "kept", "site"))
	}
	for i := range shown {
		writeSite(b, r, &shown[i])
	}
	if below := len(r.Sites) - len(shown); below+r.Folded > 0 {
		fmt.Fprintf(b, "\n%s\n", folded(below, r.Folded))
	}
	for _, warning := range r.Warnings {
		for _, line := range wrap("warning: " + warning) {
			fmt.Fprintln(b, line)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return nil
}

// facts is the line under the summary: what was compared.
func facts(r *Report) string {
	parts := []string{r.Sample + " " + signed(r, r.Total.Estimate)}
	if r.Total.Low != r.Total.High {
		parts[0] += " (" + r.spread(&r.Total) + ")"
	}
	if r.Seconds != nil {
		parts = append(parts, units.Seconds(*r.Seconds))
	}
	if r.Requests != nil {
		parts = append(parts, units.Count(*r.Requests)+" requests")
	}
	if r.Kind == KindHeap {
		parts = append(parts, "one sample per "+units.Bytes(float64(r.Period)))
	}
	return strings.Join(parts, " · ")
}

func writeSite(w io.Writer, r *Report, s *Site) {
	change := s.Value(r.Sample)
	interval, perSecond, perRequest := "exact", "noise", "noise"
	if change.Low != change.High {
		interval = r.spread(change)
	}
	if !s.Noise {
		perSecond, perRequest = rate(r, r.PerSecond(change)), rate(r, r.PerRequest(change))
	}
	kept := units.Unknown
	if s.Kept != nil {
		kept = units.Percent(*s.Kept)
	}
	place := fmt.Sprintf("%s:%d", ShortFile(s.File), s.Line)
	fmt.Fprintln(w, row(signed(r, change.Estimate), interval, perSecond, perRequest, kept, place))

	path := ShortName(s.Function)
	if s.Leaf != s.Function {
		path += " via " + ShortName(s.Leaf)
	}
	fmt.Fprintln(w, cut(indent+clean(path)))
}

func row(change, interval, perSecond, perRequest, kept, place string) string {
	return cut(pad(change, 9) + "  " + pad(interval, 20) + "  " + pad(perSecond, 10) + "  " +
		pad(perRequest, 9) + "  " + pad(kept, 6) + "  " + clean(place))
}

func signed(r *Report, v float64) string {
	if InBytes(r.Sample) {
		return units.SignedBytes(v)
	}
	return units.SignedCount(v)
}

func rate(r *Report, iv *Interval) string {
	if iv == nil {
		return units.Unknown
	}
	return signed(r, iv.Estimate)
}

func folded(below, quiet int) string {
	switch {
	case below > 0 && quiet > 0:
		return fmt.Sprintf("%s not shown, %s below the noise folded.", sites(below), sites(quiet))
	case below > 0:
		return sites(below) + " not shown."
	}
	return sites(quiet) + " below the noise folded."
}

func sites(n int) string {
	if n == 1 {
		return "1 site"
	}
	return units.Count(float64(n)) + " sites"
}

// pad aligns to the right in a column of this many characters.
func pad(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

// cut shortens a line that is too long, with an ellipsis.
func cut(line string) string {
	if runes := []rune(line); len(runes) > textWidth {
		return string(runes[:textWidth-1]) + "…"
	}
	return line
}

// wrap breaks a sentence at ordinary spaces.
func wrap(sentence string) []string {
	var lines []string
	var line string
	for word := range strings.SplitSeq(sentence, " ") {
		if line != "" && utf8.RuneCountInString(line+" "+word) > textWidth {
			lines = append(lines, cut(line))
			line = word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, cut(line))
}

// clean takes control characters out of names: a profile is written by
// strangers, and a terminal obeys escape sequences.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, s)
}
