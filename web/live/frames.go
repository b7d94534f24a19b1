package live

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/leakline/leakline/profiler"
)

// Mark is a mark on the wire.
type Mark struct {
	ID         uint64            `json:"id"`
	T          int64             `json:"t"` // Unix ms
	Kind       profiler.MarkKind `json:"kind"`
	Text       string            `json:"text"`
	From       string            `json:"from,omitempty"`
	To         string            `json:"to,omitempty"`
	By         string            `json:"by,omitempty"`
	Snapshot   string            `json:"snapshot,omitempty"`
	Profile    string            `json:"profile,omitempty"` // what kind of profile the snapshot is
	Reason     profiler.Reason   `json:"reason,omitempty"`
	Generation uint32            `json:"generation"`
}

// MarkOnWire returns a mark as it is sent.
func MarkOnWire(m profiler.Mark) Mark {
	return Mark{m.ID, m.At.UnixMilli(), m.Kind, m.Text, m.From, m.To, m.By, m.Snapshot, m.Profile, m.Reason, m.Generation}
}

// appendReading encodes a reading frame. Four significant digits are more than
// a chart can show; counts that the page subtracts (GC cycles) are exact.
func appendReading(b []byte, target string, seq uint64, p *profiler.Point) []byte {
	b = append(b, `{"type":"reading","seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"target":`...)
	b = strconv.AppendQuote(b, target)
	b = append(b, `,"t":`...)
	b = strconv.AppendInt(b, p.At.UnixMilli(), 10)
	b = append(b, `,"gen":`...)
	b = strconv.AppendUint(b, uint64(p.Generation), 10)
	b = append(b, `,"v":[`...)
	for f, v := range p.Figures {
		if f > 0 {
			b = append(b, ',')
		}
		b = AppendFigure(b, v)
	}
	return append(b, "]}"...)
}

// AppendFigure encodes a figure, null when unknown. Whole numbers are exact,
// others carry five significant digits.
func AppendFigure(b []byte, v float64) []byte {
	switch {
	case !profiler.Known(v) || math.IsInf(v, 0):
		return append(b, "null"...)
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return strconv.AppendInt(b, int64(v), 10)
	case math.Abs(v) >= 1e5:
		return strconv.AppendInt(b, int64(math.Round(v)), 10)
	}
	return strconv.AppendFloat(b, v, 'g', 5, 64)
}

// onTheWire returns a copy of payload as one unmasked text message of RFC 6455
// (section 5.2), as servers send it: ready to be written to every viewer.
func onTheWire(payload []byte) []byte {
	const finalText = 0x81
	wire := make([]byte, 0, 10+len(payload))
	switch n := len(payload); {
	case n < 126:
		wire = append(wire, finalText, byte(n))
	case n < 1<<16:
		wire = binary.BigEndian.AppendUint16(append(wire, finalText, 126), uint16(n))
	default:
		wire = binary.BigEndian.AppendUint64(append(wire, finalText, 127), uint64(n))
	}
	return append(wire, payload...)
}

// frame encodes any other frame. Its arguments are ours and always encode.
func frame(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("encoding a frame: " + err.Error())
	}
	return b
}

type helloFrame struct {
	Type    string   `json:"type"`
	Epoch   string   `json:"epoch"`
	Seq     uint64   `json:"seq"`
	Target  string   `json:"target"`
	Columns []string `json:"columns"`
	Role    string   `json:"role"`
	EveryMS int64    `json:"every_ms"`
	Resume  bool     `json:"resume"`
}

type markFrame struct {
	Type   string `json:"type"`
	Seq    uint64 `json:"seq"`
	Target string `json:"target"`
	Mark   Mark   `json:"mark"`
}

type stateFrame struct {
	Type   string          `json:"type"`
	Seq    uint64          `json:"seq"`
	Target string          `json:"target"`
	State  json.RawMessage `json:"state"`
}

type verdictFrame struct {
	Type    string          `json:"type"`
	Seq     uint64          `json:"seq"`
	Target  string          `json:"target"`
	Verdict json.RawMessage `json:"verdict"`
}

type roomFrame struct {
	Type   string          `json:"type"`
	Seq    uint64          `json:"seq"`
	Target string          `json:"target"`
	Room   json.RawMessage `json:"room"`
}

type gapFrame struct {
	Type   string `json:"type"`
	Seq    uint64 `json:"seq"`
	Target string `json:"target"`
	From   int64  `json:"from"`
	To     int64  `json:"to"`
}

type byeFrame struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// A silence between two readings is a gap when it is longer than gapAfter and
// than gapTimes the time until the next was due.
const (
	gapAfter     = time.Second
	gapTimes     = 3
	readingEvery = 100 * time.Millisecond
)
