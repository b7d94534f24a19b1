package heapgraph

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func encoded(tb testing.TB, g *Graph) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := g.Encode(&out); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// same reports whether two graphs say the same, however they number names.
func same(t *testing.T, got, want *Graph) {
	t.Helper()
	x, y := got.Analyze(), want.Analyze()
	if !reflect.DeepEqual(x.retained, y.retained) || !reflect.DeepEqual(x.root, y.root) {
		t.Error("the roots retain something else")
	}
	all := func(*Site) bool { return true }
	sameHolders(t, x.Holders(all, 100), y.Holders(all, 100))
	sameHolders(t, x.Top(100), y.Top(100))
}

func sameHolders(t *testing.T, got, want []Holder) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d holders, want %d", len(got), len(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("holder %d is\n%+v\nwant\n%+v", i, got[i], want[i])
		}
	}
}

func TestDecodeUndoesEncode(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		g := random(r, 1+r.IntN(50))
		back, err := Decode(bytes.NewReader(encoded(t, g)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, back, g)
	}
}

func TestEncodedDump(t *testing.T) {
	path := program(t)
	for _, name := range []string{"map-in-struct", "goroutine-local", "finalizer-cycle"} {
		dump, _ := dumpCase(t, path, name)
		g := readDump(t, dump, Options{Binary: openBinary(t, path)})
		file := encoded(t, g)
		if perObject := len(file) / g.About.Objects; perObject > 8 {
			t.Errorf("%s: %d bytes for each object", name, perObject)
		}
		back, err := Decode(bytes.NewReader(file), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back.About, g.About) {
			t.Errorf("%s: got %+v, want %+v", name, back.About, g.About)
		}
		same(t, back, g)
	}
}

// What objects held must not be in the file, nor where they were.
func TestEncodedGraphHasNoContents(t *testing.T) {
	path := program(t)
	dump, _ := dumpCase(t, path, "pinned-document")
	file := encoded(t, readDump(t, dump, Options{Binary: openBinary(t, path)}))
	z, err := gzip.NewReader(bytes.NewReader(file[len(graphHeader):]))
	if err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(z); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plain.String(), "main.titles") {
		t.Error("the name of the global is not in the file")
	}
	if strings.Contains(plain.String(), "<html>") {
		t.Error("a document is in the file")
	}
}

func TestDecodeOfTruncatedGraph(t *testing.T) {
	g, err := Read(bytes.NewReader(small().end()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := encoded(t, g)
	for n := range whole {
		if _, err := Decode(bytes.NewReader(whole[:n]), Options{}); !errors.Is(err, ErrTruncated) {
			t.Fatalf("of %d bytes out of %d: got %v, want ErrTruncated", n, len(whole), err)
		}
	}
	if _, err := Decode(bytes.NewReader([]byte("leakline heap graph 9\n")), Options{}); err == nil {
		t.Error("a graph of another version is read")
	}
}

func TestDecodeKeepsToItsLimits(t *testing.T) {
	g := random(rand.New(rand.NewPCG(7, 8)), 500)
	file := encoded(t, g)
	for _, o := range []Options{{MaxObjects: 10}, {MaxEdges: 10}, {MaxMemory: 1000}} {
		var limit *LimitError
		if _, err := Decode(bytes.NewReader(file), o); !errors.As(err, &limit) {
			t.Errorf("with %+v: got %v, want a limit", o, err)
		}
	}
}
