package heapgraph

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"testing"
)

// fuzzLimits make what is hostile fail early.
var fuzzLimits = Options{MaxObjects: 1 << 14, MaxEdges: 1 << 14, MaxMemory: 8 << 20}

// walk asks a graph everything there is to ask.
func walk(t *testing.T, g *Graph) {
	a := g.Analyze()
	for _, h := range a.Top(3) {
		a.Path(h.Node)
		a.Children(h.Node, 3)
	}
	a.Holders(func(*Site) bool { return true }, 3)
	a.Search("main", 3)
	a.Children(a.Root(), 3)
	Compare(a, a, 3)
	for o := range min(a.objects(), 64) {
		a.Path(o)
		a.entries(o)
	}
	var whole int64
	for _, n := range g.units {
		whole += int64(n) * unitSize
	}
	if got := a.retained[a.top()]; got != whole {
		t.Fatalf("all roots together retain %d bytes of %d", got, whole)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(small().end())
	f.Add(newDumper().end())
	f.Add(small().b)
	f.Fuzz(func(t *testing.T, dump []byte) {
		g, err := Read(bytes.NewReader(dump), fuzzLimits)
		if err != nil {
			return
		}
		walk(t, g)
		var file bytes.Buffer
		if err := g.Encode(&file); err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(&file, fuzzLimits); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}

// FuzzDecode works on what is inside the compression, which fuzzing would not
// get through.
func FuzzDecode(f *testing.F) {
	plain := func(g *Graph) []byte {
		var file bytes.Buffer
		if err := g.Encode(&file); err != nil {
			f.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(file.Bytes()[len(graphHeader):]))
		if err != nil {
			f.Fatal(err)
		}
		inside, err := io.ReadAll(z)
		if err != nil {
			f.Fatal(err)
		}
		return inside
	}
	g, err := Read(bytes.NewReader(small().end()), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain(g))
	f.Add(plain(random(rand.New(rand.NewPCG(9, 10)), 20)))
	f.Fuzz(func(t *testing.T, inside []byte) {
		var file bytes.Buffer
		file.WriteString(graphHeader)
		z, _ := gzip.NewWriterLevel(&file, gzip.NoCompression)
		z.Write(inside)
		z.Close()
		g, err := Decode(&file, fuzzLimits)
		if err == nil {
			walk(t, g)
		}
	})
}
