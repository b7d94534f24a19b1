package heapgraph

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadFindsWhatTheDumpHas(t *testing.T) {
	g, err := Read(iotest.OneByteReader(bytes.NewReader(small().end())), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if g.About.Objects != 8 || g.About.Collections != 3 || g.About.Lost != 0 {
		t.Errorf("got %+v", g.About)
	}
	var roots []string
	for _, r := range g.Roots {
		roots = append(roots, fmt.Sprintf("%s %s", r.Kind, r.Name))
	}
	want := []string{
		"goroutine main.wait (chan receive)", "global bss segment +0x8", "other odd",
		"finalizer finalizer a function without a name", "unlisted no known holder",
	}
	if got := strings.Join(roots, "; "); got != strings.Join(want, "; ") {
		t.Errorf("roots are %s, want %s", got, strings.Join(want, "; "))
	}
	a := g.Analyze()
	for object, want := range []level{exact, exact, exact, exact, finalized, finalized, unlisted, exact} {
		if a.level[object] != want {
			t.Errorf("object %d is kept at level %d, want %d", object, a.level[object], want)
		}
	}
	if bytes, objects := a.Unlisted(); bytes != 16 || objects != 1 {
		t.Errorf("%d bytes in %d objects have no known holder, want 16 in 1", bytes, objects)
	}
	h := a.Holders(func(s *Site) bool { return s.Function() == "main.newThing" }, 5)
	if len(h) != 1 || h[0].Name != "bss segment +0x8" {
		t.Errorf("the holders of main.newThing are %+v", h)
	}
}

func TestReadRefusesDamage(t *testing.T) {
	tests := []struct {
		name string
		dump func() []byte
		want string
	}{
		{"nothing at all", func() []byte { return nil }, "ends before"},
		{"another file", func() []byte { return []byte("%PDF-1.7 and much more text") }, "no Go heap dump"},
		{"no end record", func() []byte { return small().b }, "ends before"},
		{"a record of unknown kind", func() []byte { return small().numbers(99).end() }, "unknown kind 99"},
		{"objects ahead of the parameters", func() []byte { return append([]byte(dumpHeader), tagObject) }, "ahead of the parameters"},
		{"parameters for a second time", func() []byte { return append(newDumper().b, newDumper().b[len(dumpHeader):]...) }, "second time"},
		{"an object of no bytes", func() []byte { return newDumper().object(heapLow).end() }, "object of 0 bytes"},
		{"an object that lies about its size", func() []byte { return newDumper().numbers(tagObject, heapLow, 1<<34).end() }, "ends before"},
		{"a size that no object has", func() []byte { return newDumper().numbers(tagObject, heapLow, 1<<62).end() }, "an object of"},
		{"two objects at one address", func() []byte { return newDumper().object(heapLow, 1, 2).object(heapLow+8, 1, 2).end() }, "at one address"},
		{"an object at the end of memory", func() []byte { return newDumper().object(1<<64-1024, make([]uint64, 200)...).end() }, "at one address"},
		{"a pointer outside its object", func() []byte {
			d := newDumper().numbers(tagObject, heapLow, 8)
			d.b = append(d.b, make([]byte, 8)...)
			return d.numbers(fieldPointer, 8, fieldEnd).end()
		}, "outside its object"},
		{"more pointers than words", func() []byte {
			d := newDumper().numbers(tagObject, heapLow, 8)
			d.b = append(d.b, make([]byte, 8)...)
			return d.numbers(1, 0, 1, 0, 1, 0, 1, 0, 0).end()
		}, "outside its object"},
		{"a frame without a goroutine", func() []byte { return newDumper().frame("main.main").end() }, "without a goroutine"},
		{"a name of a gigabyte", func() []byte { return newDumper().numbers(tagOtherRoot, 1<<30).end() }, "a name of"},
		{"a number of 70 bits", func() []byte {
			return append(newDumper().b, bytes.Repeat([]byte{0xff}, 11)...)
		}, "more than 64 bits"},
		{"a call path without an end", func() []byte { return newDumper().numbers(tagBucket, 1, 2, 1<<40).end() }, "a call path of"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read(bytes.NewReader(tt.dump()), Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
		})
	}
}

func TestReadOfTruncatedDump(t *testing.T) {
	whole := small().end()
	for n := range whole {
		if _, err := Read(bytes.NewReader(whole[:n]), Options{}); !errors.Is(err, ErrTruncated) {
			t.Fatalf("of %d bytes out of %d: got %v, want ErrTruncated", n, len(whole), err)
		}
	}
}

func TestReadKeepsToItsLimits(t *testing.T) {
	tests := []struct {
		name string
		o    Options
		what string
	}{
		{"objects", Options{MaxObjects: 3}, "objects"},
		{"pointers", Options{MaxEdges: 2}, "pointers"},
		{"memory", Options{MaxMemory: 1000}, "bytes of memory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(small().end()), tt.o)
			var limit *LimitError
			if !errors.As(err, &limit) || limit.What != tt.what {
				t.Errorf("got %v, want a limit on %s", err, tt.what)
			}
		})
	}
}

// A large object without pointers costs nothing, whatever is in it.
func TestReadForgetsContents(t *testing.T) {
	const size = 64 << 20
	d := newDumper().numbers(tagObject, heapLow, size)
	end := newDumper().numbers(fieldEnd).end()[len(newDumper().b):]
	r := io.MultiReader(bytes.NewReader(d.b), io.LimitReader(zeros{}, size), bytes.NewReader(end))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	g, err := Read(r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if g.About.Bytes != size {
		t.Errorf("%d bytes, want %d", g.About.Bytes, size)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("reading an object of %d MB allocated %d MB", size>>20, got>>20)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestReadPassesOnErrors(t *testing.T) {
	broken := errors.New("the line is dead")
	if _, err := Read(iotest.ErrReader(broken), Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// The room at the end of a page is listed as if objects were there.
func TestReadLeavesOutTheEndOfAPage(t *testing.T) {
	tests := []struct {
		name    string
		version string
		size    uint64
		pointer bool // the first object has one
		want    int
	}{
		{"marks alone", "go1.26.8", 16, false, 504},
		{"marks and bitmap", "go1.26.8", 16, true, 496},
		{"no marks in such small ones", "go1.26.8", 8, false, 1024},
		{"a collector without marks", "go1.26.8-X:nogreenteagc", 16, true, 504},
		{"an older runtime", "go1.25.3", 16, false, 512},
		{"an experiment of an older runtime", "go1.25.3-X:greenteagc", 16, false, 504},
		{"a runtime of tomorrow", "devel go1.27-0123abc", 16, false, 504},
		{"larger objects", "go1.26.8", 1024, true, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &dumper{[]byte(dumpHeader)}
			d.numbers(tagParams, 0, 8, heapLow, heapHigh).text("amd64").text(tt.version).numbers(2)
			for at := uint64(0); at+tt.size <= runtimePage; at += tt.size {
				words := make([]uint64, tt.size/8)
				if tt.pointer && at == 0 {
					words[0] = heapLow
				}
				d.object(heapLow+at, words...)
			}
			g, err := Read(bytes.NewReader(d.end()), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if g.About.Objects != tt.want {
				t.Errorf("%d objects, want %d", g.About.Objects, tt.want)
			}
		})
	}
}

func TestBigEndianDump(t *testing.T) {
	d := &dumper{[]byte(dumpHeader)}
	d.numbers(tagParams, 1, 4, 0x1000_0000, 0x2000_0000).text("mips").text("go1.26.8").numbers(1)
	d.numbers(tagObject, 0x1000_0000, 8)
	d.b = binary.BigEndian.AppendUint32(d.b, 0x1000_2000)
	d.b = binary.BigEndian.AppendUint32(d.b, 0)
	d.numbers(fieldPointer, 0, fieldEnd)
	d.numbers(tagObject, 0x1000_2000, 8, 0, fieldEnd)
	d.b = append(d.b[:len(d.b)-2], 0, 0, 0, 0, 0, 0, 0, 0, fieldEnd)
	g, err := Read(bytes.NewReader(d.end()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(g.targets) != 1 || g.targets[0] != 1 {
		t.Errorf("edges lead to %v, want object 1", g.targets)
	}
}
