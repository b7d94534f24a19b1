package api

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web/live"
)

// windows are the spans of time a chart may show.
var windows = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "1h": time.Hour, "24h": 24 * time.Hour,
}

// WindowOf is the span of time a request names, by default otherwise.
func WindowOf(r *http.Request, otherwise string) (name string, span time.Duration, err error) {
	name = cmp.Or(r.FormValue("window"), otherwise)
	span, ok := windows[name]
	if !ok {
		return "", 0, refuse("window %q: want 1m, 5m, 15m, 1h or 24h", name)
	}
	return name, span, nil
}

// windowOf is the span of a chart.
func windowOf(r *http.Request) (time.Duration, error) {
	_, span, err := WindowOf(r, "5m")
	return span, err
}

type jsonSpan struct {
	From       int64  `json:"from"`
	To         *int64 `json:"to"` // null while it lasts
	Strategy   string `json:"strategy"`
	Generation uint32 `json:"generation"`
}

// history sends a window column by column. Its seq is read before the window:
// a frame that arrives between is in both, and the page drops what it has.
func (a *API) history(t *Target, w http.ResponseWriter, r *http.Request) error {
	span, err := windowOf(r)
	if err != nil {
		return err
	}
	seq, now := t.Hub.Seq(), time.Now()
	series := t.Watch.Series()
	body := encodeHistory(series.Window(now, span), header{
		Epoch: a.Epoch, Target: t.ID, Seq: seq, Now: now.UnixMilli(), WindowS: int(span.Seconds()),
		Columns: profiler.FigureNames(), Marks: marksOnWire(series.Marks(now.Add(-span))),
		Spans: spansOnWire(t.Spans(now.Add(-span))),
	})
	w.Header().Set("Content-Type", "application/json")
	return WriteBody(w, r, http.StatusOK, body)
}

// header is a history without its columns of numbers.
type header struct {
	Epoch   string      `json:"epoch"`
	Target  string      `json:"target"`
	Seq     uint64      `json:"seq"`
	Now     int64       `json:"now"`
	WindowS int         `json:"window_s"`
	EveryMS int64       `json:"every_ms"`
	Columns []string    `json:"columns"`
	Marks   []live.Mark `json:"marks"`
	Spans   []jsonSpan  `json:"spans"`
}

// encodeHistory writes the columns by hand: encoding/json has no null for NaN.
func encodeHistory(win profiler.Window, h header) []byte {
	h.EveryMS = win.Every.Milliseconds()
	head, err := json.Marshal(h)
	if err != nil {
		panic("encoding a history: " + err.Error()) // it is ours and always encodes
	}
	b := append(head[:len(head)-1], `,"t":[`...)
	for i, at := range win.At {
		b = comma(b, i)
		b = strconv.AppendInt(b, at.UnixMilli(), 10)
	}
	b = append(b, `],"gen":[`...)
	for i, g := range win.Generation {
		b = comma(b, i)
		b = strconv.AppendUint(b, uint64(g), 10)
	}
	b = append(b, `],"values":{`...)
	for f, column := range win.Values {
		b = appendColumn(comma(b, f), profiler.Figure(f), column)
	}
	b = append(b, '}')
	b = appendExtremes(b, "min", win.Min)
	b = appendExtremes(b, "max", win.Max)
	return append(b, '}')
}

func appendExtremes(b []byte, name string, columns map[profiler.Figure][]float64) []byte {
	if columns == nil {
		return b
	}
	b = append(b, `,"`+name+`":{`...)
	n := 0
	for f := range profiler.NumFigures {
		if column, ok := columns[f]; ok {
			b = appendColumn(comma(b, n), f, column)
			n++
		}
	}
	return append(b, '}')
}

func appendColumn(b []byte, f profiler.Figure, column []float64) []byte {
	b = append(b, `"`+f.String()+`":[`...)
	for i, v := range column {
		b = live.AppendFigure(comma(b, i), v)
	}
	return append(b, ']')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func marksOnWire(marks []profiler.Mark) []live.Mark {
	wire := make([]live.Mark, len(marks))
	for i, m := range marks {
		wire[i] = live.MarkOnWire(m)
	}
	return wire
}

func spansOnWire(spans []profiler.Span) []jsonSpan {
	wire := make([]jsonSpan, len(spans))
	for i, s := range spans {
		wire[i] = jsonSpan{From: s.From.UnixMilli(), Strategy: s.Strategy, Generation: s.Generation}
		if !s.To.IsZero() {
			to := s.To.UnixMilli()
			wire[i].To = &to
		}
	}
	return wire
}

// small is a body, in bytes, on which the better compression costs less than
// what it saves on the way to a whole class: pages. Windows of readings are larger.
const small = 64 << 10

// WriteBody sends body, compressed for everyone who can take it.
func WriteBody(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	w.Header().Set("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(status)
		w.Write(body)
		return nil
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	level := gzip.BestSpeed
	if len(body) <= small {
		level = gzip.DefaultCompression
	}
	z, _ := gzip.NewWriterLevel(w, level)
	z.Write(body)
	z.Close()
	return nil
}
