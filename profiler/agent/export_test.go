package agent

import "github.com/leakline/leakline/profiler"

// NewReader returns what one stream reads from, without the stream.
func NewReader(cfg Config) (read func() *profiler.Reading, stop func()) {
	s := newSampler(cfg)
	return s.read, s.close
}

// AppendLine is how a reading is written to a stream.
var AppendLine = appendLine
