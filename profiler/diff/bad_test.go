package diff

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what bad files are answered now to testdata/bad.txt")

// A badFile is one that somebody could upload, by mistake or on purpose.
type badFile struct {
	name string
	body []byte
}

// varint is field number of a message with a number in it.
func varint(field int, v uint64) []byte {
	return appendVarint(appendVarint(nil, uint64(field<<3)), v)
}

func appendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

func bytesField(field int, body []byte) []byte { return message([]byte{byte(field<<3 | 2)}, body) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// small is a whole profile on the wire: one type, one sample at one line.
func small() []byte {
	texts := join(bytesField(6, nil), bytesField(6, []byte("inuse_space")), bytesField(6, []byte("bytes")), bytesField(6, []byte("main.f")), bytesField(6, []byte("/main.go")))
	return join(
		bytesField(1, join(varint(1, 1), varint(2, 2))),
		bytesField(2, join(bytesField(1, []byte{1}), bytesField(2, []byte{5}))),
		bytesField(4, join(varint(1, 1), bytesField(4, join(varint(1, 1), varint(2, 3))))),
		bytesField(5, join(varint(1, 1), varint(2, 3), varint(4, 4))),
		texts,
	)
}

func badFiles(t *testing.T) []badFile {
	good := small()
	if _, err := decode(good); err != nil {
		t.Fatalf("the profile that all others are made of: %v", err)
	}
	packed := compress(t, good)
	var all []badFile
	add := func(name string, body []byte) { all = append(all, badFile{name, body}) }

	for _, page := range []string{
		"", " \r\n\t ", "\ufeff", "<!DOCTYPE html><title>Sign in", "<HTML>", "<head>", "<body>no", "<!-- gateway -->", "\ufeff  <html>",
		"heap profile: 1: 2 [3: 4] @ heap/1048576\n", "goroutine profile: total 4\n", "threadcreate profile: total 4\n",
		"--- contention:\ncycles/second=1\n", `{"error":"not found"}`, "[]", "404 page not found\n", "a,b\n1,2\n",
	} {
		add(fmt.Sprintf("page %q", page), []byte(page))
	}
	for _, page := range []string{"", "<html></html>", "not a profile", `{"a":1}`} {
		add(fmt.Sprintf("page %q, compressed", page), compress(t, []byte(page)))
	}
	for _, cut := range []struct {
		name string
		at   int
	}{
		{"in the header", 5}, {"after the header", 12}, {"in the middle", len(packed) / 2},
		{"before its checksum", len(packed) - 8}, {"in its size", len(packed) - 2},
	} {
		add("gzip cut "+cut.name, packed[:cut.at])
	}
	flip := func(at int) []byte {
		b := bytes.Clone(packed)
		b[at] ^= 0xff
		return b
	}
	add("gzip of another method", flip(2))
	add("gzip with a damaged block", flip(len(packed)/2))
	add("gzip with a wrong checksum", flip(len(packed)-7))
	add("gzip with a wrong size", flip(len(packed)-1))
	add("gzip followed by garbage", append(bytes.Clone(packed), 1, 2, 3))
	add("gzip in gzip", compress(t, packed))
	add("two profiles, one after the other", append(bytes.Clone(packed), packed...))

	for _, at := range []int{1, 3, 8, 20, len(good) - 3} {
		add(fmt.Sprintf("cut after %d bytes", at), good[:at])
	}
	add("a length beyond the end", []byte{0x0a, 0x7f, 0x01})
	add("a varint without end", bytes.Repeat([]byte{0xff}, 20))
	add("a group", []byte{0x0b, 0x0c})
	add("an unknown wire type", []byte{0x0e, 0x01})
	add("zeros", make([]byte, 64))
	add("an ELF file", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 64)...))
	add("a PNG", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
	add("a zip", []byte("PK\x03\x04\x14\x00\x00\x00"))
	add("a Go trace", append([]byte("go 1.26 trace\x00\x00\x00"), 1, 2, 3))
	add("a number where a message is due", join(varint(2, 7), good))
	add("a message where a number is due", join(bytesField(9, []byte{1}), good))

	without := func(field byte) []byte {
		var out []byte
		for rest := good; len(rest) > 0; {
			size := 2 + int(rest[1])
			if rest[0]>>3 != field {
				out = append(out, rest[:size]...)
			}
			rest = rest[size:]
		}
		return out
	}
	add("no sample type", without(1))
	add("no location", without(4))
	add("no function", without(5))
	add("no string", without(6))
	add("a first string that is not empty", join(bytesField(6, []byte("x")), good))
	add("a string beyond the table", join(good, bytesField(5, join(varint(1, 2), varint(2, 99)))))
	add("a negative string", join(good, bytesField(5, join(varint(1, 2), varint(2, 1<<63)))))
	add("two values for one type", join(good, bytesField(2, join(bytesField(1, []byte{1}), bytesField(2, []byte{5, 6})))))
	add("no value", join(good, bytesField(2, bytesField(1, []byte{1}))))
	add("a sample at location 0", join(good, bytesField(2, join(bytesField(1, []byte{0}), bytesField(2, []byte{5})))))
	add("a sample at a location that is not there", join(good, bytesField(2, join(bytesField(1, []byte{9}), bytesField(2, []byte{5})))))
	add("a location twice", join(good, bytesField(4, varint(1, 1))))
	add("a location 0", join(good, bytesField(4, varint(1, 0))))
	add("a function twice", join(good, bytesField(5, varint(1, 1))))
	add("a function 0", join(good, bytesField(5, varint(2, 3))))
	add("a line of a function that is not there", join(good, bytesField(4, join(varint(1, 2), bytesField(4, varint(1, 8))))))
	add("a mapping twice", join(good, bytesField(3, varint(1, 1)), bytesField(3, varint(1, 1))))
	add("a mapping 0", join(good, bytesField(3, varint(1, 0))))
	add("a bomb of labels", compress(t, labels(1<<20-64)))
	add("a bomb of zeros", compress(t, make([]byte, 16<<20)))
	add("33 MB of strings", compressFast(t, join(good, bytesField(6, randomText(33<<20)))))
	return all
}

// compressFast is for what would take compress seconds.
func compressFast(t *testing.T, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// randomText compresses some fifty times, so that its size is what is refused.
func randomText(size int) []byte {
	b, x := make([]byte, size), uint32(1)
	for i := range b {
		if i%32 == 0 {
			x = x*1664525 + 1013904223
		}
		b[i] = 'a' + byte(x>>24)%8
	}
	return b
}

// Every file has an answer, and it is the one that was read and found right.
func TestBadFilesAreAnswered(t *testing.T) {
	var got strings.Builder
	for _, f := range badFiles(t) {
		_, err := decode(f.body)
		if err == nil {
			fmt.Fprintf(&got, "%s\n\ttaken\n", f.name)
			continue
		}
		fmt.Fprintf(&got, "%s\n\t%v\n", f.name, err)
	}
	const golden = "testdata/bad.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")
	for i := range max(len(wantLines), len(gotLines)) {
		if i >= len(wantLines) || i >= len(gotLines) || wantLines[i] != gotLines[i] {
			t.Fatalf("line %d of the answers differs from %s:\n%s\nrun with -update and read what changed", i+1, golden, strings.Join(gotLines[max(0, i-1):min(len(gotLines), i+1)], "\n"))
		}
	}
}
