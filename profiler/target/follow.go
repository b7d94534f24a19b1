package target

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
)

const (
	maxLine    = 64 << 10 // bytes of one line of a stream
	maxMetrics = 512      // columns of a stream

	// No process has counted so far, and a rate of it still is a number.
	maxValue = 1 << 63
)

// ErrSilent reports that a stream stayed open and said nothing.
var ErrSilent = errors.New("the readings stopped coming")

// A Watcher is told what a stream says. Its methods are called from the
// goroutine that called Follow.
type Watcher interface {
	Hello(profiler.Process)
	Reading(profiler.Reading)
}

// Follow streams readings into w until ctx ends or the stream does, and
// returns why. Every reading carries the given generation.
func (t *Target) Follow(ctx context.Context, generation uint32, w Watcher) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// Bounds the wait for each line, the answer's header included.
	silence := time.AfterFunc(t.cfg.Silence, func() { cancel(ErrSilent) })
	defer silence.Stop()

	query := url.Values{"every": {t.cfg.Every.String()}}
	resp, err := t.do(ctx, http.MethodGet, "/debug/leakline/readings", query)
	if err != nil {
		return fmt.Errorf("opening the readings stream: %w", cause(ctx, err))
	}
	defer resp.Body.Close()

	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 4<<10), maxLine)
	if !lines.Scan() {
		return fmt.Errorf("reading the stream's first line: %w", cause(ctx, endOf(lines)))
	}
	process, columns, err := parseHello(lines.Bytes())
	if err != nil {
		return cause(ctx, err) // a line cut short by our own end is nobody's fault
	}
	w.Hello(process)
	for lines.Scan() {
		silence.Reset(t.cfg.Silence)
		r, err := parseReading(lines.Bytes(), columns)
		if err != nil {
			return cause(ctx, err)
		}
		r.At, r.Generation = time.Now(), generation
		w.Reading(r)
	}
	return fmt.Errorf("reading the stream: %w", cause(ctx, endOf(lines)))
}

// errEnded reports that the process closed its stream.
var errEnded = errors.New("the target closed it")

func endOf(lines *bufio.Scanner) error {
	if err := lines.Err(); err != nil {
		return err
	}
	return errEnded
}

// cause prefers why we gave up to how the transport put it.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// notMeasured marks a column that this observer does not know.
const notMeasured = profiler.NumMetrics

// parseHello returns who the process is and which metric stands in which
// column. Columns of a newer agent are passed over.
func parseHello(line []byte) (profiler.Process, []profiler.Metric, error) {
	var hello agent.Hello
	if err := json.Unmarshal(line, &hello); err != nil {
		return profiler.Process{}, nil, fmt.Errorf("the stream's first line is not an agent's: %w", err)
	}
	if n := len(hello.Metrics); n == 0 || n > maxMetrics {
		return profiler.Process{}, nil, fmt.Errorf("the stream announces %d metrics: want 1 to %d", n, maxMetrics)
	}
	columns := make([]profiler.Metric, len(hello.Metrics))
	for i, name := range hello.Metrics {
		m, ok := profiler.MetricByName(name)
		if !ok {
			m = notMeasured
		}
		columns[i] = m
	}
	return hello.Process, columns, nil
}

// parseReading reads one line. A number that no metric can be, negative or
// huge, is unknown.
func parseReading(line []byte, columns []profiler.Metric) (profiler.Reading, error) {
	var wire struct {
		V []*float64 `json:"v"`
	}
	if err := json.Unmarshal(line, &wire); err != nil {
		return profiler.Reading{}, fmt.Errorf("a line of the stream is not a reading: %w", err)
	}
	if len(wire.V) != len(columns) {
		return profiler.Reading{}, fmt.Errorf("a reading has %d values: %d were announced", len(wire.V), len(columns))
	}
	r := profiler.NewReading(time.Time{}, 0)
	for i, v := range wire.V {
		if v != nil && *v >= 0 && *v <= maxValue && columns[i] != notMeasured {
			r.Set(columns[i], *v)
		}
	}
	return r, nil
}
