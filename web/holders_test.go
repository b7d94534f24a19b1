package web_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/heapgraph"
)

// hoard is what the heap graphs of these tests are about: half of the heap.
var hoard [][]byte

// heapGraph keeps a graph of this very process' heap, whose program is left
// aside because the tests' is built with the race detector.
func (s *testServer) heapGraph(t *testing.T, generation uint32) (id string) {
	t.Helper()
	for range 200 {
		hoard = append(hoard, make([]byte, 64<<10))
	}
	t.Cleanup(func() { hoard = nil })
	f, err := os.Create(filepath.Join(t.TempDir(), "dump"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	runtime.GC()
	debug.WriteHeapDump(f.Fd())
	if _, err := f.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	graph, err := heapgraph.Read(f, heapgraph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := graph.Encode(&file); err != nil {
		t.Fatal(err)
	}
	pause := 12.5
	kept, err := s.graphs.Save(profiler.Snapshot{
		Target: "checker", Kind: profiler.KindHeapGraph, Reason: profiler.ReasonManual, Generation: generation, Epoch: "e1", Time: time.Now(), PauseMS: &pause,
	}, file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return kept.ID
}

func TestHoldersAreToldByTheAPI(t *testing.T) {
	s := newServer(t)
	for _, c := range []call{
		{name: "no graph yet", path: "heapgraphs", says: `"heapgraphs":[]`},
		{name: "holders of nobody", path: "holders", status: 404, says: "no heap graph of checker"},
		{name: "graph of nobody", method: "POST", path: "heapgraphs", status: 503, says: "not running"},
		{name: "an odd wish", method: "POST", path: "heapgraphs", body: `{"force":"yes"}`, status: 400, says: "force"},
	} {
		t.Run(c.name, func(t *testing.T) { s.do(t, c) })
	}
	one, two := s.heapGraph(t, 1), s.heapGraph(t, 1)
	for _, c := range []call{
		{name: "both are listed", path: "heapgraphs", says: `"pause_ms":12.5`},
		{name: "the newest", path: "holders", says: fmt.Sprintf(`"graph":{"id":%q`, two)},
		{name: "the one that is named", path: "holders?graph=" + one + "&top=3", says: fmt.Sprintf(`"graph":{"id":%q`, one)},
		{name: "a graph there is not", path: "holders?graph=99", status: 404, says: "99"},
		{name: "a site that nothing matches", path: "holders?site=^nowhere$", says: `"holders":[]`},
		{name: "a site that is no expression", path: "holders?site=(", status: 400, says: "regular expression", beyond: true},
		{name: "no rows", path: "holders?top=0", status: 400, says: "1 to 200"},
		{name: "the tree from its root", path: "heapgraphs/" + one + "/tree?top=5", says: `"all":`},
		{name: "a node", path: "heapgraphs/" + one + "/tree?node=0", says: `"path":[`},
		{name: "a node beyond all", path: "heapgraphs/" + one + "/tree?node=4000000000", says: `"path":[]`},
		{name: "no node", path: "heapgraphs/" + one + "/tree?node=-1", status: 400, says: "number of a node"},
		{name: "a search in vain", path: "heapgraphs/" + one + "/tree?search=no+such+type", says: `"children":[]`},
		{name: "two graphs", path: "holders/compare?base=" + one + "&head=" + two, says: `"changes":[`},
		{name: "a comparison of one", path: "holders/compare?base=" + one, status: 400, says: "base and head"},
		{name: "the file", path: "heapgraphs/" + one + "/graph"},
		{name: "deletion", method: "DELETE", path: "heapgraphs/" + one, status: 204},
		{name: "deletion again", method: "DELETE", path: "heapgraphs/" + one, status: 404, says: "no such snapshot"},
	} {
		t.Run(c.name, func(t *testing.T) { s.do(t, c) })
	}
}

func TestHoldersPages(t *testing.T) {
	s := newServer(t)
	resp, body := s.send(t, "GET", "/holders", bearer(tokens.Instructor))
	if resp.StatusCode != 200 || !strings.Contains(body, "not there to be asked") {
		t.Errorf("%d %.200s, want to be told that there is no process", resp.StatusCode, body)
	}
	one := s.heapGraph(t, 1)
	two := s.heapGraph(t, 1)
	_, body = s.send(t, "GET", "/holders/"+two, bearer(tokens.Instructor))
	for _, want := range []string{"Path from the root", "What would be freed with it", "Since heap graph " + one, "goroutine", "12.5"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, path := range []string{"?site=.", "?node=0", "?search=goroutine", "?goroutine=testing"} {
		if resp, body := s.send(t, "GET", "/holders/"+two+path, bearer(tokens.Instructor)); resp.StatusCode != 200 {
			t.Errorf("%s: %d %.300s", path, resp.StatusCode, body)
		}
	}
	for path, status := range map[string]int{"/holders/99": 404, "/holders/" + two + "?holder=4000000000": 404, "/holders/" + two + "?site=(": 400} {
		if resp, _ := s.send(t, "GET", path, bearer(tokens.Instructor)); resp.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, resp.StatusCode, status)
		}
	}
}
