package agent_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/heapgraph"
)

// hoard is what the heap graph of this process is asked for.
var hoard [][]byte

func TestAHeapGraphSaysWhoHoldsWhat(t *testing.T) {
	url := serve(t, agent.Config{})
	for range 500 {
		hoard = append(hoard, make([]byte, 64<<10))
	}
	defer func() { hoard = nil }()
	resp, body := ask(t, http.MethodGet, url+"/debug/leakline/heapgraph?force=1")
	if raceEnabled { // its objects are not those of the program one means
		if resp.StatusCode != http.StatusInternalServerError || !strings.Contains(string(body), "-race") {
			t.Errorf("a program built with -race: %s %q, want that said", resp.Status, body)
		}
		return
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", resp.Status, body)
	}
	graph, err := heapgraph.Decode(bytes.NewReader(body), heapgraph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// go test links without symbols, so the variable has no name here.
	top := graph.Analyze().Top(1)
	if len(top) == 0 || top[0].Kind != heapgraph.Global || top[0].Entries != 500 || top[0].RetainedBytes < 500*64<<10 {
		t.Errorf("held first by %+v, want a global with 500 entries of 64 KiB", top)
	}
	if pause := number(t, resp, agent.HeaderPause); pause <= 0 {
		t.Errorf("it stood still for %v ms", pause)
	}
}

func TestADumpThatMayHurtIsRefused(t *testing.T) {
	url := serve(t, agent.Config{MemoryLimit: 8 << 20})
	hoard = append(hoard, make([]byte, 4<<20)) // more than 40 % of that
	defer func() { hoard = nil }()
	resp, body := ask(t, http.MethodGet, url+"/debug/leakline/heapgraph")
	if resp.StatusCode != http.StatusConflict || !strings.Contains(string(body), "force=1") {
		t.Errorf("%s %q, want a refusal that says how to insist", resp.Status, body)
	}
}

func TestADumpNeedsSomebodyWhoReads(t *testing.T) {
	url := serve(t, agent.Config{})
	resp, body := ask(t, http.MethodPost, url+"/debug/leakline/heapdump")
	if resp.StatusCode != http.StatusConflict || !strings.Contains(string(body), "pipe") {
		t.Errorf("%s %q, want a refusal", resp.Status, body)
	}
}
