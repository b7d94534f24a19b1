package agent

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler"
)

const (
	defaultEvery = 100 * time.Millisecond
	minEvery     = 20 * time.Millisecond
	maxEvery     = time.Minute

	// A reader that has not taken a line by then is gone.
	writeTimeout = 10 * time.Second
)

// Hello is the first line of a readings stream; the lines after it are
// {"t":<Unix ms>,"v":[…]} with the values in the order of Metrics, null when
// unknown.
type Hello struct {
	Process profiler.Process `json:"process"`
	Metrics []string         `json:"metrics"`
	EveryMS int64            `json:"every_ms"`
}

// readings streams NDJSON until the reader leaves.
func (a *agent) readings(w http.ResponseWriter, r *http.Request) {
	every, err := interval(r.FormValue("every"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case a.streams <- struct{}{}:
		defer func() { <-a.streams }()
	default:
		http.Error(w, "too many readings streams are open", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	hello := Hello{Process: a.process(), EveryMS: every.Milliseconds()}
	for m := range profiler.NumMetrics {
		hello.Metrics = append(hello.Metrics, m.String())
	}
	if json.NewEncoder(w).Encode(hello) != nil {
		return
	}
	a.stream(w, r, every)
}

func (a *agent) stream(w http.ResponseWriter, r *http.Request, every time.Duration) {
	out := http.NewResponseController(w)
	s := newSampler(a.cfg)
	defer s.close()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var line []byte
	for {
		line = appendLine(line[:0], time.Now(), s.read())
		out.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(line); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}

// appendLine encodes a reading without allocating once line has its size.
func appendLine(line []byte, at time.Time, r *profiler.Reading) []byte {
	line = append(line, `{"t":`...)
	line = strconv.AppendInt(line, at.UnixMilli(), 10)
	line = append(line, `,"v":[`...)
	for m, v := range r.Values {
		if m > 0 {
			line = append(line, ',')
		}
		line = appendNumber(line, v)
	}
	return append(line, "]}\n"...)
}

func appendNumber(line []byte, v float64) []byte {
	if !profiler.Known(v) {
		return append(line, "null"...)
	}
	if v == float64(int64(v)) {
		return strconv.AppendInt(line, int64(v), 10)
	}
	return strconv.AppendFloat(line, v, 'g', 9, 64)
}

func interval(s string) (time.Duration, error) {
	if s == "" {
		return defaultEvery, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < minEvery || d > maxEvery {
		return 0, &intervalError{s}
	}
	return d, nil
}

type intervalError struct{ got string }

func (e *intervalError) Error() string {
	return "every=" + strconv.Quote(e.got) + ": want a duration from " + minEvery.String() + " to " + maxEvery.String() + ", such as 100ms"
}
