package agent

import (
	"os"

	"github.com/leakline/leakline/profiler"
)

// An rssReader reads the resident set size from /proc without allocating.
type rssReader struct {
	file *os.File // nil where /proc is absent
	buf  [128]byte
	page float64 // bytes
}

func openRSS() *rssReader {
	f, err := os.Open("/proc/self/statm")
	if err != nil {
		f = nil // unknown, and shown as such
	}
	return &rssReader{file: f, page: float64(os.Getpagesize())}
}

// bytes returns the second field of statm, pages resident, in bytes.
func (r *rssReader) bytes() float64 {
	if r.file == nil {
		return profiler.Unknown
	}
	n, _ := r.file.ReadAt(r.buf[:], 0)
	field, pages := 0, 0.0
	for _, c := range r.buf[:n] {
		switch {
		case c == ' ':
			field++
		case field == 1 && '0' <= c && c <= '9':
			pages = pages*10 + float64(c-'0')
		}
	}
	if field < 2 {
		return profiler.Unknown
	}
	return pages * r.page
}

func (r *rssReader) close() {
	if r.file != nil {
		r.file.Close()
	}
}
