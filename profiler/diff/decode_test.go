package diff

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

// Pieces of hostile profiles, as they stand on the wire.
var (
	tagSampleType = []byte{1<<3 | 2}
	tagSample     = []byte{2<<3 | 2}
	tagMapping    = []byte{3<<3 | 2}
	tagLocation   = []byte{4<<3 | 2}
	tagFunction   = []byte{5<<3 | 2}
	tagString     = []byte{6<<3 | 2}
	tagComment    = []byte{13<<3 | 0}
)

// message wraps body in a tag and its length.
func message(tag, body []byte) []byte {
	return append(binary.AppendUvarint(bytes.Clone(tag), uint64(len(body))), body...)
}

// repeat fills size bytes with piece.
func repeat(piece []byte, size int) []byte { return bytes.Repeat(piece, size/len(piece)) }

func compress(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// labels is one sample with as many empty labels as fit into size bytes.
func labels(size int) []byte {
	return message(tagSample, repeat([]byte{fieldSampleLabel<<3 | 2, 0}, size))
}

func decode(body []byte) (*profile.Profile, error) { return Decode(bytes.NewReader(body), Limits{}) }

func TestDecodeReadsWhatRuntimeWrites(t *testing.T) {
	p := heapOf(t, 512<<10, noon, allocation{"main.serve /app/main.go:10", 4096, 10, 5})
	packed := encode(t, p)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{"gzipped": packed, "raw": raw} {
		got, err := decode(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Sample) != 1 || got.Period != 512<<10 {
			t.Errorf("%s: %d samples and period %d, want 1 and 524288", name, len(got.Sample), got.Period)
		}
	}
}

func TestDecodeSaysWhatItWasGivenInstead(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"nothing", "", "empty"},
		{"an HTML page", "<!DOCTYPE html><title>Sign in</title>", "HTML"},
		{"an HTML page after blank lines", "\n\n  <html>", "HTML"},
		{"a heap profile as text", "heap profile: 1: 2 [3: 4] @ heap/1048576\n", "debug="},
		{"a goroutine profile as text", "goroutine profile: total 4\n", "debug="},
		{"a JSON error", `{"error":"not found"}`, "JSON"},
		{"a sentence", "404 page not found\n", "plain text"},
		{"HTML, compressed", string(compress(t, []byte("<html></html>"))), "HTML"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode([]byte(tt.body))
			var not *NotProfileError
			if !errors.As(err, &not) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %q, want a NotProfileError that mentions %q", err, tt.want)
			}
		})
	}
}

func TestDecodeRefusesDamage(t *testing.T) {
	good := encode(t, heapOf(t, 512<<10, noon, allocation{"main.serve /app/main.go:10", 4096, 10, 5}))
	tests := []struct {
		name string
		body []byte
	}{
		{"cut short", good[:len(good)/2]},
		{"a checksum that is wrong", append(bytes.Clone(good[:len(good)-8]), 1, 2, 3, 4, 5, 6, 7, 8)},
		{"a gzip header alone", []byte{0x1f, 0x8b}},
		{"a length beyond the end", []byte{0x0a, 0x7f, 0x01}},
		{"a varint without end", bytes.Repeat([]byte{0xff}, 20)},
		{"a group, which protobuf gave up", []byte{0x0b, 0x0c}},
		{"a message without sample types", message(tagMapping, []byte{0x08, 0x01})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if p, err := decode(tt.body); err == nil {
				t.Errorf("decoded to %v", p)
			}
		})
	}
}

func TestDecodeRefusesWhatIsTooLarge(t *testing.T) {
	deep := message(tagSample, message([]byte{fieldSampleLocation<<3 | 2}, repeat([]byte{1}, 1001)))
	inlined := message(tagLocation, repeat([]byte{fieldLocationLine<<3 | 2, 0}, 2*1001))
	tests := []struct {
		name string
		body []byte
		what string
	}{
		{"more than is read", make([]byte, 8<<20+1), "as received"},
		{"a gzip bomb", compress(t, make([]byte, 16<<20)), "for each compressed byte"},
		{"labels on one sample", labels(1 << 20), "labels on one sample"},
		{"labels, few on each sample", bytes.Repeat(labels(128), 400_000/64+1), "labels"},
		{"samples", repeat(message(tagSample, nil), 2*100_001), "samples"},
		{"a deep stack", deep, "frames in one stack"},
		{"a location of many inlined calls", inlined, "frames in one location"},
		{"locations", repeat(message(tagLocation, nil), 2*200_001), "locations"},
		{"functions", repeat(message(tagFunction, nil), 2*200_001), "functions"},
		{"mappings", repeat(message(tagMapping, nil), 2*4_001), "mappings"},
		{"strings", repeat(message(tagString, nil), 2*500_001), "strings"},
		{"comments", repeat(append(bytes.Clone(tagComment), 0), 4<<20), "bytes of memory"},
		{"sample types", repeat(message(tagSampleType, nil), 6<<20), "bytes of memory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decode(tt.body)
			var limit *LimitError
			if !errors.As(err, &limit) || !strings.Contains(limit.What, tt.what) {
				t.Fatalf("error is %v, want a LimitError about %q", err, tt.what)
			}
			if limit.Found <= limit.Limit {
				t.Errorf("found %d is within the limit %d", limit.Found, limit.Limit)
			}
		})
	}
}

// allocatedBy returns the bytes that f allocates.
func allocatedBy(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A thousand bytes that would make the parser allocate 253 MB. Just below a
// MiB it passes as compression that is merely good.
func TestLabelBombIsRefusedBeforeParsing(t *testing.T) {
	for name, size := range map[string]int{"by its labels": ratioGrace - 64, "by its ratio": ratioGrace} {
		t.Run(name, func(t *testing.T) {
			bomb := compress(t, labels(size))
			if len(bomb) > 1200 {
				t.Fatalf("the bomb takes %d bytes, want about 1 kB", len(bomb))
			}
			var err error
			spent := allocatedBy(func() { _, err = decode(bomb) })
			if limit := new(LimitError); !errors.As(err, &limit) {
				t.Fatalf("error is %v, want a LimitError", err)
			}
			if spent > 16<<20 {
				t.Errorf("refusing it allocated %d bytes, want no more than decompression does", spent)
			}
		})
	}
}

// The prediction is what keeps a parse within bounds, so it must not be less
// than what the parser of this version allocates.
func TestPredictedHeapCoversTheParse(t *testing.T) {
	const size = 128 << 10
	bodies := map[string][]byte{
		"labels":           labels(size),
		"samples":          repeat(message(tagSample, nil), size),
		"mappings":         repeat(message(tagMapping, nil), size),
		"locations":        repeat(message(tagLocation, nil), size),
		"lines":            message(tagLocation, repeat([]byte{fieldLocationLine<<3 | 2, 0}, size)),
		"functions":        repeat(message(tagFunction, nil), size),
		"strings":          repeat(message(tagString, nil), size),
		"comments":         repeat(append(bytes.Clone(tagComment), 0), size),
		"sample types":     repeat(message(tagSampleType, nil), size),
		"packed locations": message(tagSample, message([]byte{fieldSampleLocation<<3 | 2}, repeat([]byte{1}, size))),
		"packed values":    message(tagSample, message([]byte{fieldSampleValue<<3 | 2}, repeat([]byte{1}, size))),
		"single values":    message(tagSample, repeat([]byte{fieldSampleValue << 3, 1}, size)),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			c := &census{limits: Limits{}.withDefaults()}
			_ = eachField(body, c.topLevel) // over some limits; the count is what matters
			spent := allocatedBy(func() { _, _ = profile.ParseUncompressed(body) })
			if uint64(c.heap) < spent {
				t.Errorf("predicted %d bytes, parsing allocated %d: %.0f a message short", c.heap, spent, float64(spent-uint64(c.heap))/(size/2))
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	good := encode(f, heapOf(f, 512<<10, noon,
		allocation{"encoding/json.Unmarshal json/decode.go:5 < main.serve /app/main.go:10", 4096, 10, 5}))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(encode(f, goroutinesOf(f, noon, map[string]int64{"main.wait /app/main.go:10": 3})))
	f.Add(compress(f, make([]byte, 4<<20)))
	f.Add(compress(f, labels(1<<16)))
	f.Add(compress(f, repeat(message(tagMapping, nil), 1<<16)))
	f.Add(bytes.Join([][]byte{compress(f, nil), compress(f, nil)}, nil))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Decode(bytes.NewReader(body), Limits{Decompressed: 1 << 20, ParseHeap: 16 << 20})
		if err != nil {
			return
		}
		r, err := Compare(p, p, Options{})
		if err != nil {
			return
		}
		if err := WriteText(io.Discard, r, 0); err != nil {
			t.Error(err)
		}
		if r.Total.Estimate != 0 {
			t.Errorf("a profile differs from itself by %v", r.Total)
		}
		if _, err := Flame(p, p, Options{}, 16); err != nil {
			t.Error(fmt.Errorf("flame graph of what compares: %w", err))
		}
	})
}
