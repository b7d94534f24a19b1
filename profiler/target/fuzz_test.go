package target

import (
	"math"
	"testing"

	"github.com/leakline/leakline/profiler"
)

func FuzzParseHello(f *testing.F) {
	f.Add([]byte(`{"process":{"pid":1,"gomemlimit":null},"metrics":["heap_live","later"],"every_ms":100}`))
	f.Add([]byte(`{"metrics":[]}`))
	f.Add([]byte(`{"metrics":null,"process":[]}`))
	f.Add([]byte(`<html>`))
	f.Fuzz(func(t *testing.T, line []byte) {
		_, columns, err := parseHello(line)
		if err != nil {
			return
		}
		if len(columns) < 1 || len(columns) > maxMetrics {
			t.Errorf("%d columns were accepted", len(columns))
		}
		for i, m := range columns {
			if m > notMeasured {
				t.Errorf("column %d is metric %d, which no reading has", i, m)
			}
		}
	})
}

func FuzzParseReading(f *testing.F) {
	columns := []profiler.Metric{profiler.HeapLive, notMeasured, profiler.Requests}
	f.Add([]byte(`{"t":1,"v":[1,2,3]}`))
	f.Add([]byte(`{"v":[null,-0,1e300]}`))
	f.Add([]byte(`{"v":[-1,1e999,{}]}`))
	f.Add([]byte(`{"v":[1,2]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parseReading(line, columns)
		if err != nil {
			return
		}
		for m := range profiler.NumMetrics {
			v := r.Get(m)
			if v < 0 || math.IsInf(v, 0) {
				t.Errorf("%v = %v", m, v)
			}
			if profiler.Known(v) && m != profiler.HeapLive && m != profiler.Requests {
				t.Errorf("%v = %v was not announced", m, v)
			}
		}
	})
}
