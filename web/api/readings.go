package api

import (
	"bufio"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web/live"
)

// readings sends a stretch of figures as CSV, times in RFC 3339, unknown empty.
func (a *API) readings(t *Target, w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	from, to, err := stretchOf(r, now)
	if err != nil {
		return err
	}
	win := t.Watch.Series().Window(now, now.Sub(from))
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="leakline-readings.csv"`)
	out := bufio.NewWriter(w)
	defer out.Flush()
	c := csv.NewWriter(out)
	defer c.Flush()
	c.Write(append([]string{"time", "generation"}, profiler.FigureNames()...))
	row := make([]string, 2+int(profiler.NumFigures))
	for i, at := range win.At {
		if at.After(to) {
			break
		}
		row[0], row[1] = at.UTC().Format("2006-01-02T15:04:05.000Z07:00"), strconv.Itoa(int(win.Generation[i]))
		for f := range win.Values {
			row[2+f] = ""
			if v := win.Values[f][i]; profiler.Known(v) {
				row[2+f] = string(live.AppendFigure(nil, v))
			}
		}
		c.Write(row)
	}
	return nil
}

// stretchOf is what a request asks for: from and to, or the window before now.
func stretchOf(r *http.Request, now time.Time) (from, to time.Time, err error) {
	query := r.URL.Query()
	if !query.Has("from") && !query.Has("to") {
		span, err := windowOf(r)
		return now.Add(-span), now, err
	}
	if query.Has("window") {
		return from, to, refuse("window beside from and to: want one or the other")
	}
	if from, err = timeOf(query.Get("from"), "from"); err != nil {
		return from, to, err
	}
	if to, err = timeOf(query.Get("to"), "to"); err != nil {
		return from, to, err
	}
	// Times are whole milliseconds here, readings are not: the last one named belongs in.
	to = to.Add(time.Millisecond - 1)
	if to.Before(from) {
		return from, to, refuse("from %s to %s: want from before to", query.Get("from"), query.Get("to"))
	}
	return from, to, nil
}

// latestTime bounds what is taken for a time, in Unix milliseconds: some year
// 33658, and far from what overflows.
const latestTime = 1e15

// timeOf reads a time as the stream and the page's address have it.
func timeOf(value, name string) (time.Time, error) {
	ms, err := strconv.ParseInt(value, 10, 64)
	if err != nil || ms < 0 || ms > latestTime {
		return time.Time{}, refuse("%s %q: want a time in Unix milliseconds; from and to go together", name, value)
	}
	return time.UnixMilli(ms), nil
}
