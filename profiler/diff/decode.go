package diff

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/google/pprof/profile"
)

// ratioGrace is how much may be decompressed before the ratio counts: the
// start of an honest profile can be repetitive.
const ratioGrace = 1 << 20

var gzipMagic = []byte{0x1f, 0x8b}

// Decode reads one profile, gzipped or raw. A hostile file costs no more than
// l allows: decompression is bounded, and the messages are counted on the wire
// before anything is parsed, since parsing can allocate 240 times its input.
//
// A *LimitError or *NotProfileError says what was found instead. The text
// formats of old are not accepted.
func Decode(r io.Reader, l Limits) (*profile.Profile, error) {
	l = l.withDefaults()
	body, err := readAtMost(r, l.Compressed, "bytes as received")
	if err != nil {
		return nil, fmt.Errorf("reading profile: %w", err)
	}
	if bytes.HasPrefix(body, gzipMagic) {
		if body, err = gunzip(body, l); err != nil {
			return nil, fmt.Errorf("decompressing profile: %w", err)
		}
	}
	if found := lookalike(body); found != "" {
		return nil, &NotProfileError{found}
	}
	if err := scan(body, l); err != nil {
		return nil, fmt.Errorf("checking profile: %w", err)
	}
	p, err := profile.ParseUncompressed(body)
	if err != nil {
		return nil, fmt.Errorf("parsing profile: %w", err)
	}
	if err := p.CheckValid(); err != nil {
		return nil, fmt.Errorf("checking profile: %w", err)
	}
	if len(p.SampleType) == 0 {
		return nil, &NotProfileError{"it says nothing of what its values are"}
	}
	return p, nil
}

func readAtMost(r io.Reader, limit int64, what string) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, &LimitError{what, int64(len(body)), limit}
	}
	return body, nil
}

func gunzip(body []byte, l Limits) ([]byte, error) {
	in := bytes.NewReader(body) // an io.ByteReader, so flate reads no further than it must
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.Grow(min(4*len(body), int(l.Decompressed))) // what profiles of Go compress to, roughly
	for {
		_, err := io.CopyN(&out, z, 256<<10)
		size, used := int64(out.Len()), int64(len(body)-in.Len())
		switch {
		case size > l.Decompressed:
			return nil, &LimitError{"bytes decompressed", size, l.Decompressed}
		case size > ratioGrace && size > l.Ratio*used:
			return nil, &LimitError{"bytes for each compressed byte", size / max(used, 1), l.Ratio}
		case errors.Is(err, io.EOF):
			return out.Bytes(), nil
		case err != nil:
			return nil, err
		}
	}
}

// lookalike names what people send by mistake, or returns nothing.
func lookalike(body []byte) string {
	start, _ := bufio.NewReader(bytes.NewReader(body)).Peek(512)
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n"))
	switch {
	case len(text) == 0:
		return "it is empty"
	case bytes.HasPrefix(start, gzipMagic):
		return "it is compressed twice"
	case hasAnyPrefix(text, "<!doctype html", "<html", "<head", "<body", "<!--"):
		return "it is an HTML page; is the address that of a profile, and are you signed in?"
	case hasAnyPrefix(text, "heap profile:", "goroutine profile:", "threadcreate profile:", "--- "):
		return "it is a profile in text form; ask for it without debug="
	case hasAnyPrefix(text, "{", "["):
		return "it looks like JSON"
	case printable(text):
		return "it is plain text"
	}
	return ""
}

func hasAnyPrefix(b []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if bytes.HasPrefix(b, []byte(p)) {
			return true
		}
	}
	return false
}

// printable is never true of a profile: its first bytes are a tag and the
// length of a message of few bytes.
func printable(b []byte) bool {
	if !utf8.Valid(b[:max(0, len(b)-utf8.UTFMax)]) { // the last rune may be cut
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
