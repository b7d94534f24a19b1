package web

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leakline/leakline/templates"
	"github.com/leakline/leakline/web/api"
)

const (
	reportFor  = 5 * time.Second // one serves everybody who asks within it
	maxReports = 2               // made at once, and kept

	// maxReportBytes is what one takes: two profiles in base64, once as they
	// are and once compressed, and the rest, which is bounded by its parts.
	maxReportBytes = 2*2*maxEmbedded*4/3 + 4<<20
)

// A reports keeps the newest reports for a moment: at the end of a class all of
// it asks for the same.
type reports struct {
	mu   sync.Mutex
	kept map[reportKey]*reportFlight
}

type reportKey struct{ target, window string }

// A reportFlight is a report that is being made or has been. Its fields are set
// before done is closed.
type reportFlight struct {
	done   chan struct{}
	report *report
	err    error
	fresh  time.Time // until when it is handed out
}

func (f *reportFlight) landed() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// get returns the report of a key, made now or a moment ago. Making it goes on
// when ctx ends, because others wait for it too.
func (r *reports) get(ctx context.Context, key reportKey, produce func(context.Context) (*report, error)) (*report, error) {
	f, mine := r.join(key)
	if f == nil {
		return nil, api.Refuse(http.StatusServiceUnavailable, "%d other reports are being made: try again in a moment", maxReports)
	}
	if mine {
		f.make(context.WithoutCancel(ctx), produce)
	}
	select {
	case <-f.done:
		return f.report, f.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// make ends the flight, whatever becomes of it.
func (f *reportFlight) make(ctx context.Context, produce func(context.Context) (*report, error)) {
	defer close(f.done)
	f.err = errors.New("the report was not made")
	f.report, f.err = produce(ctx)
	f.fresh = time.Now().Add(reportFor)
}

// join returns the flight of a key and whether the caller has to make it; nil
// when too many are being made.
func (r *reports) join(key reportKey) (f *reportFlight, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f := r.kept[key]; f != nil && (!f.landed() || f.err == nil && time.Now().Before(f.fresh)) {
		return f, false
	}
	if r.kept == nil {
		r.kept = make(map[reportKey]*reportFlight)
	}
	delete(r.kept, key)
	var oldest *reportKey
	for k, f := range r.kept {
		if f.landed() && (oldest == nil || f.fresh.Before(r.kept[*oldest].fresh)) {
			oldest = &k
		}
	}
	if len(r.kept) >= maxReports {
		if oldest == nil {
			return nil, false
		}
		delete(r.kept, *oldest)
	}
	f = &reportFlight{done: make(chan struct{})}
	r.kept[key] = f
	return f, true
}

// usage is how many reports are kept and what they take.
func (r *reports) usage() (count int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.kept {
		if f.landed() && f.report != nil {
			count++
			bytes += f.report.size()
		}
	}
	return count, bytes
}

// A report is a document in two halves, between which every reader finds their
// own part, each half as it is and compressed.
type report struct {
	made         time.Time
	head, tail   []byte
	headZ, tailZ []byte // deflated; headZ ends on a byte, and tailZ ends the stream
	headSum      uint32
}

var errNoSlot = errors.New("the report has no place for its reader")

func newReport(made time.Time, document []byte) (*report, error) {
	r := &report{made: made}
	var ok bool
	if r.head, r.tail, ok = bytes.Cut(document, []byte(templates.ReportSlot)); !ok {
		return nil, errNoSlot
	}
	r.headZ = deflated(r.head, (*flate.Writer).Flush)
	r.tailZ = deflated(r.tail, (*flate.Writer).Close)
	r.headSum = crc32.ChecksumIEEE(r.head)
	return r, nil
}

func deflated(raw []byte, end func(*flate.Writer) error) []byte {
	var z bytes.Buffer
	w, _ := flate.NewWriter(&z, flate.DefaultCompression)
	w.Write(raw)
	end(w)
	return z.Bytes()
}

func (r *report) size() int64 {
	return int64(len(r.head) + len(r.tail) + len(r.headZ) + len(r.tailZ))
}

// send writes the report with a reader's own part. The rest was compressed once
// for all readers: what is put between is stored as it is.
func (r *report) send(w http.ResponseWriter, req *http.Request, own []byte) error {
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	if !strings.Contains(req.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Length", strconv.Itoa(len(r.head)+len(own)+len(r.tail)))
		return writeAll(w, r.head, own, r.tail)
	}
	between := stored(own)
	sum := crc32.Update(crc32.Update(r.headSum, crc32.IEEETable, own), crc32.IEEETable, r.tail)
	end := binary.LittleEndian.AppendUint32(nil, sum)
	end = binary.LittleEndian.AppendUint32(end, uint32(len(r.head)+len(own)+len(r.tail)))
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Length", strconv.Itoa(len(gzipHead)+len(r.headZ)+len(between)+len(r.tailZ)+len(end)))
	return writeAll(w, gzipHead, r.headZ, between, r.tailZ, end)
}

// gzipHead begins a gzip stream without name and time (RFC 1952).
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// stored makes deflate blocks that hold raw as it is (RFC 1951, 3.2.4).
func stored(raw []byte) []byte {
	const most = 1<<16 - 1
	var z []byte
	for len(raw) > 0 {
		n := min(len(raw), most)
		z = append(z, 0)
		z = binary.LittleEndian.AppendUint16(z, uint16(n))
		z = binary.LittleEndian.AppendUint16(z, ^uint16(n))
		z, raw = append(z, raw[:n]...), raw[n:]
	}
	return z
}

// writeAll gives up where the reader does: nobody is left to be told.
func writeAll(w io.Writer, parts ...[]byte) error {
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			return nil
		}
	}
	return nil
}
