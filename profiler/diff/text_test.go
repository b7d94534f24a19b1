package diff

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func text(t *testing.T, r *Report, top int) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteText(&b, r, top); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextNamesFiguresAndPlaces(t *testing.T) {
	base, head := lesson(t)
	requests := 575.0
	out := plain(text(t, compare(t, base, head, Options{Requests: &requests}), 0))
	for _, want := range []string{
		"+111 MB         106 to 117 MB     +585 kB    +193 kB  99.4 %  checker/audit.go:48\n",
		"checker.newRiskySet via reflect.mapassign\n",
		"noise      noise   0.0 %  checker/source.go:77\n",
		"3 min 10 s · 575 requests · one sample per 65.5 kB",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestTextFitsAChannel(t *testing.T) {
	long := "main." + strings.Repeat("veryLong", 20) + " /app/" + strings.Repeat("deeply", 20) + "/nested.go:10"
	head := heapOf(t, rate64, time.Time{}, allocation{long, 4096, 900, 900}, allocation{listLine, 1024, 900, 900})
	out := text(t, compare(t, heapOf(t, rate64, noon), head, Options{}), 1)
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if !strings.Contains(out, "1 site not shown.") || !strings.Contains(out, "warning: A profile does not say when") {
		t.Errorf("no word of the hidden site or the warning in\n%s", out)
	}
}

func TestTextObeysNoEscapeSequence(t *testing.T) {
	evil := "main.\x1b[2Jgone\u202e /app/\x07a.go:10"
	out := text(t, compare(t, heapOf(t, rate64, noon), heapOf(t, rate64, noon, allocation{evil, 4096, 900, 900}), Options{}), 0)
	if strings.ContainsAny(out, "\x1b\x07\u202e") {
		t.Errorf("control characters reach the terminal: %q", out)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTextReportsAFailedWrite(t *testing.T) {
	base, head := lesson(t)
	if err := WriteText(broken{}, compare(t, base, head, Options{}), 0); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error is %v, want a closed pipe", err)
	}
}
