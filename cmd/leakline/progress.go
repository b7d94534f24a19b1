package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
)

// progress shows on a terminal how far a watch is.
type progress struct {
	out    io.Writer
	window time.Duration
}

func (p progress) show(since time.Duration, l verdict.Look) {
	if !isTerminal(p.out) {
		return
	}
	const width = 30
	done := min(int(width*since.Seconds()/p.window.Seconds()), width)
	end := "\r"
	if since+time.Second/2 >= p.window {
		end = "\n"
	}
	fmt.Fprintf(p.out, "[%s%s] %2.0f s of %2.0f, live heap %s    %s", strings.Repeat("█", done), strings.Repeat("·", width-done),
		since.Seconds(), p.window.Seconds(), units.Bytes(l.Floor), end)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
