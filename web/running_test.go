package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/profiler"
)

// run runs the lab to the end of the test and waits until it is ready.
func (s *testServer) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.lab.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("running the lab: %v", err)
		}
	})
	s.eventually(t, "/readyz", `"ok":true`)
}

// eventually asks until the answer says something.
func (s *testServer) eventually(t *testing.T, path, says string) {
	t.Helper()
	until(t, path+" says "+says, func() bool {
		_, body := s.send(t, "GET", path, bearer(tokens.Viewer))
		return strings.Contains(body, says)
	})
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// follow returns every frame until the connection ends, once it has.
func (s *testServer) follow(t *testing.T) <-chan [][]byte {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + tokens.Viewer}}
	conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.URL, "http")+"/ws", header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, hello, err := conn.ReadMessage() // what is published from here on is for us
	if err != nil {
		t.Fatal(err)
	}
	all := make(chan [][]byte, 1)
	go func() {
		frames := [][]byte{hello}
		for {
			_, frame, err := conn.ReadMessage()
			if err != nil {
				all <- frames
				return
			}
			frames = append(frames, frame)
		}
	}()
	return all
}

// snapshot takes one and returns its id.
func (s *testServer) snapshot(t *testing.T, kind string) string {
	t.Helper()
	body := s.do(t, call{method: "POST", path: "snapshots", body: fmt.Sprintf(`{"kind":%q,"label":"by hand"}`, kind), status: 201})
	var taken profiler.Snapshot
	if err := json.Unmarshal([]byte(body), &taken); err != nil {
		t.Fatal(err)
	}
	return taken.ID
}

// Nulls, empty lists and nothing kept are easy to describe; this is the
// contract over a checker that decides, allocates, and is switched and ended.
func TestContractHoldsForARunningLab(t *testing.T) {
	s := newServer(t)
	s.run(t)
	frames := s.follow(t)
	before := s.snapshot(t, "heap")
	for _, c := range []call{
		{method: "PUT", path: "load", body: `{"rps":200,"risky_users":150}`, says: `"rps":200`},
		{method: "PUT", path: "strategy", body: `{"name":"list-scan"}`, says: `"generation":2`},
		{method: "POST", path: "gc", says: `"strategy":"list-scan"`},
	} {
		s.do(t, c)
	}
	after, goroutines := s.snapshot(t, "heap"), s.snapshot(t, "goroutine")
	s.eventually(t, "/api/v1/history?window=15m", `"max":{"in_use":[`)
	for _, c := range []call{
		{path: "targets", says: `"url":"http://127.0.0.1:`},
		{path: "strategies", says: `"current":"list-scan"`},
		{path: "history", says: `"kind":"switch"`},
		{path: "readings.csv?window=1m", says: "Z,1,"},
		{path: "sizes", says: `"classes":[{"up_to":`},
		{path: "snapshots", says: `"reason":"ready"`},
		{path: "snapshots/" + after, says: `"gc_cycle":`},
		{path: "snapshots/" + after + "/profile.pb.gz", says: "\x1f\x8b"},
		{path: "diff?base=" + before + "&head=" + after, says: `"sample":"inuse_space"`},
		{path: "diff?flame=1&sample=alloc_space&base=" + before + "&head=" + after, says: `"children":[`},
		{path: "diff?base=" + after + "&head=" + after, says: `"sites":[`},
		{path: "diff?base=" + goroutines + "&head=" + goroutines, says: `"kind":"goroutine"`},
		{path: "diff?base=" + before + "&head=" + goroutines, status: 422, says: "goroutine"},
		{path: "/debug/pprof/heap", says: "\x1f\x8b"},
		{path: "/debug/pprof/goroutine?debug=1", says: "goroutine profile: total "},
		{path: "/debug/pprof/mutex?debug=1", says: "cycles/second"},
	} {
		s.do(t, c)
	}

	s.eventually(t, "/metrics", `leakline_patient_floor_bytes{target="checker"} `)
	until(t, "some readings of the new strategy", func() bool { return s.hub.Seq() > 30 })

	s.do(t, call{method: "POST", path: "reset"})
	s.eventually(t, "/api/v1/state", `"status":"running","epoch":"e1","generation":2`)
	s.eventually(t, "/api/v1/history", `"kind":"restart"`)
	s.do(t, call{path: "diff?base=" + before + "&head=" + s.snapshot(t, "heap"), says: `"same_process":false`})

	s.hub.Close()
	kinds := make(map[string]int)
	for _, frame := range <-frames {
		kinds[checkFrame(t, frame)]++
	}
	if kinds["hello"] != 1 || kinds["state"] == 0 || kinds["reading"] < 10 || kinds["mark"] < 5 || kinds["bye"] != 1 {
		t.Errorf("frames %v: want a hello, the state, readings, marks and a bye", kinds)
	}
}

func TestEveryKindOfFrameIsDescribed(t *testing.T) {
	s := newServer(t)
	frames := s.follow(t)
	s.eventually(t, "/api/v1/state", `"viewers":1`)
	now := time.Now()
	s.hub.Reading(profiler.Point{At: now})
	s.hub.Reading(profiler.Point{At: now.Add(time.Minute), Generation: 1, Figures: profiler.Figures{profiler.Unknown}})
	s.hub.Mark(profiler.Mark{ID: 1, At: now, Kind: profiler.MarkSwitch, From: "a", To: "b", By: "instructor"})
	cursor := now.UnixMilli()
	presented := room.View{Name: "Ada", At: &room.Place{Lesson: "a", Step: "b"}, Live: &room.Range{Window: "5m", Cursor: &cursor}}
	for _, shown := range []room.Shown{{Steps: []room.Step{{Questions: []room.Tally{{Choices: []int{}}}}}}, {View: &presented, Steps: []room.Step{}}} {
		raw, err := json.Marshal(shown)
		if err != nil {
			t.Fatal(err)
		}
		s.hub.Room(raw)
	}
	s.hub.Close()
	var kinds []string
	for _, frame := range <-frames {
		kinds = append(kinds, checkFrame(t, frame))
	}
	if got := strings.Join(kinds, " "); got != "hello state reading gap reading mark room room bye" {
		t.Errorf("frames %q: want one of each kind", got)
	}
}
