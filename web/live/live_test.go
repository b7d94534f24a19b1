package live_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web/live"
)

// A room is a hub behind a server.
type room struct {
	*httptest.Server
	hub *live.Hub
}

func newRoom(t testing.TB, cfg live.Config) *room {
	t.Helper()
	cfg.Epoch, cfg.Target = "e1", "checker"
	r := &room{hub: live.NewHub(cfg)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var after uint64
		json.Unmarshal([]byte(req.FormValue("after")), &after)
		place := live.Place{Epoch: req.FormValue("epoch"), After: after, Role: "viewer"}
		r.hub.Serve(w, req, place, func(*http.Request) bool { return true }, nil)
	}))
	t.Cleanup(r.Close)
	t.Cleanup(r.hub.Close)
	return r
}

func (r *room) dial(t testing.TB, query string) *websocket.Conn {
	t.Helper()
	conn, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(r.URL, "http")+"/?"+query, nil)
	if err != nil {
		t.Fatalf("dialling: %v (%v)", err, resp)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A frame holds what the tests read of any frame.
type frame struct {
	Type    string
	Seq     uint64
	Resume  bool
	Columns []string
	V       []*float64
	Mark    struct{ Text string }
	Reason  string
}

func next(t testing.TB, conn *websocket.Conn) (f frame) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if err := conn.ReadJSON(&f); err != nil {
		t.Fatalf("reading a frame: %v", err)
	}
	return f
}

func reading(at time.Time, floor float64) profiler.Point {
	p := profiler.Point{At: at, Generation: 1}
	for i := range p.Figures {
		p.Figures[i] = profiler.Unknown
	}
	p.Figures[profiler.FigFloor] = floor
	return p
}

func TestViewerFollowsFromItsArrival(t *testing.T) {
	r := newRoom(t, live.Config{})
	r.hub.Reading(reading(time.Now(), 1e6))
	conn := r.dial(t, "")
	hello := next(t, conn)
	if hello.Type != "hello" || hello.Seq != 1 || hello.Resume || len(hello.Columns) != int(profiler.NumFigures) {
		t.Fatalf("first frame %+v: want a hello at seq 1 with every column", hello)
	}
	r.hub.Reading(reading(time.Now(), 2e6))
	f := next(t, conn)
	if f.Type != "reading" || f.Seq != 2 || f.V[profiler.FigFloor] == nil || *f.V[profiler.FigFloor] != 2e6 {
		t.Errorf("frame %+v: want reading 2 with a floor of 2e6", f)
	}
	if f.V[profiler.FigRSS] != nil {
		t.Errorf("unknown RSS is sent as %v, want null", *f.V[profiler.FigRSS])
	}
	r.hub.Mark(profiler.Mark{ID: 1, At: time.Now(), Kind: profiler.MarkSwitch, Text: "a → b"})
	if f := next(t, conn); f.Type != "mark" || f.Seq != 3 || f.Mark.Text != "a → b" {
		t.Errorf("frame %+v: want mark 3", f)
	}
}

func TestViewerThatComesBackGetsWhatItMissed(t *testing.T) {
	r := newRoom(t, live.Config{})
	now := time.Now()
	for i := range 10 {
		r.hub.Reading(reading(now.Add(time.Duration(i)*100*time.Millisecond), float64(i)))
	}
	conn := r.dial(t, "epoch=e1&after=4")
	if hello := next(t, conn); !hello.Resume || hello.Seq != 4 {
		t.Fatalf("hello %+v: want to resume after 4", hello)
	}
	for want := uint64(5); want <= 10; want++ {
		if f := next(t, conn); f.Seq != want {
			t.Fatalf("frame %d, want %d", f.Seq, want)
		}
	}
	for name, query := range map[string]string{
		"another epoch": "epoch=e0&after=4",
		"the future":    "epoch=e1&after=11",
		"no place":      "",
	} {
		if hello := next(t, r.dial(t, query)); hello.Resume || hello.Seq != 10 {
			t.Errorf("%s: hello %+v: want no resume, from 10 on", name, hello)
		}
	}
}

func TestPingIsAnsweredAndTheStreamGoesOn(t *testing.T) {
	r := newRoom(t, live.Config{Timeout: 400 * time.Millisecond})
	conn := r.dial(t, "")
	next(t, conn)
	pongs := make(chan string, 1)
	conn.SetPongHandler(func(data string) error { pongs <- data; return nil })
	if err := conn.WriteControl(websocket.PingMessage, []byte("who"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	// Two timeouts later the deadline of the answer must not end the stream.
	for i := range 10 {
		time.Sleep(80 * time.Millisecond)
		r.hub.Reading(reading(time.Now(), float64(i)))
		if f := next(t, conn); f.Type != "reading" {
			t.Fatalf("frame %+v, want a reading", f)
		}
	}
	select {
	case data := <-pongs:
		if data != "who" {
			t.Errorf("pong %q, want who", data)
		}
	default:
		t.Error("the ping was not answered")
	}
}

func TestFramesOfEveryLengthArriveWhole(t *testing.T) {
	r := newRoom(t, live.Config{})
	conn := r.dial(t, "")
	next(t, conn)
	for _, n := range []int{0, 1, 20, 40, 1000, 1<<16 - 200, 1 << 16, 1 << 17} {
		text := strings.Repeat("é", n/2)
		r.hub.Mark(profiler.Mark{At: time.Now(), Text: text})
		if f := next(t, conn); f.Mark.Text != text {
			t.Errorf("a mark of %d bytes arrives with %d", len(text), len(f.Mark.Text))
		}
	}
}

func TestSilenceIsAGap(t *testing.T) {
	r := newRoom(t, live.Config{})
	conn := r.dial(t, "")
	next(t, conn)
	now := time.Now()
	r.hub.Reading(reading(now, 1))
	r.hub.Reading(reading(now.Add(3*time.Second), 2))
	var types []string
	for range 3 {
		types = append(types, next(t, conn).Type)
	}
	if got := strings.Join(types, " "); got != "reading gap reading" {
		t.Errorf("frames %q, want reading gap reading", got)
	}
}

func TestReadingsAreSmall(t *testing.T) {
	r := newRoom(t, live.Config{})
	p := reading(time.Now(), 123456789)
	for i := range p.Figures {
		p.Figures[i] = 123456.789
	}
	r.hub.Reading(p)
	if got := r.hub.Usage().MeanReadingBytes; got > 500 {
		t.Errorf("a reading takes %.0f bytes, want at most 500", got)
	}
}

func TestFullRoomRefuses(t *testing.T) {
	r := newRoom(t, live.Config{MaxViewers: 1})
	next(t, r.dial(t, ""))
	_, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(r.URL, "http"), nil)
	if err == nil || resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("second viewer: %v, %v: want 503 with Retry-After", err, resp)
	}
}

func TestShutdownSays1001(t *testing.T) {
	r := newRoom(t, live.Config{})
	conn := r.dial(t, "")
	next(t, conn)
	closed := make(chan struct{})
	go func() { r.hub.Close(); close(closed) }()
	if f := next(t, conn); f.Type != "bye" || f.Reason != "shutting down" {
		t.Errorf("frame %+v, want a bye", f)
	}
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("the connection ends with %v, want 1001", err)
	}
	conn.Close()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Error("Close does not return")
	}
	if _, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(r.URL, "http"), nil); err == nil || resp.StatusCode != 503 {
		t.Errorf("a viewer after the end: %v, want 503", err)
	}
}

func TestSlowViewerIsCutAndTheOthersAreNot(t *testing.T) {
	r := newRoom(t, live.Config{Timeout: 500 * time.Millisecond})
	healthy, stuck := r.dial(t, ""), r.dial(t, "")
	next(t, healthy)
	next(t, stuck)
	stuck.UnderlyingConn().(interface{ SetReadBuffer(int) error }).SetReadBuffer(4096)
	got := make(chan int)
	go func() {
		n := 0
		for {
			healthy.SetReadDeadline(time.Now().Add(10 * time.Second))
			var f frame
			if healthy.ReadJSON(&f) != nil || f.Mark.Text == "end" {
				got <- n
				return
			}
			n++
		}
	}()
	// Paced so that a viewer which reads keeps up; one that does not fills its
	// socket and then misses its deadline.
	text := strings.Repeat("x", 16<<10)
	sent := 0
	deadline := time.Now().Add(20 * time.Second)
	for r.hub.Usage().Viewers > 1 && time.Now().Before(deadline) {
		r.hub.Mark(profiler.Mark{At: time.Now(), Text: text})
		sent++
		time.Sleep(2 * time.Millisecond)
	}
	r.hub.Mark(profiler.Mark{At: time.Now(), Text: "end"})
	if r.hub.Usage().Viewers != 1 {
		t.Fatalf("%d viewers after %d frames that one did not read, want 1", r.hub.Usage().Viewers, sent)
	}
	if n := <-got; n != sent {
		t.Errorf("the viewer that reads got %d frames of %d", n, sent)
	}
}

// A monitor that leaks a descriptor for every tab is the trap others fell
// into: what they held must be gone at once, not after some collection.
func TestHundredViewersLeaveNothing(t *testing.T) {
	r := newRoom(t, live.Config{})
	next(t, r.dial(t, "")) // whatever is made once
	fds, goroutines := openFiles(t), runtime.NumGoroutine()
	var viewers []*websocket.Conn
	for range 100 {
		conn, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(r.URL, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		next(t, conn)
		viewers = append(viewers, conn)
	}
	if got := r.hub.Usage().Viewers; got != 101 {
		t.Fatalf("%d viewers, want 101", got)
	}
	for i, conn := range viewers {
		if i%2 == 0 { // some say goodbye, some vanish
			conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
		}
		conn.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for openFiles(t) > fds || runtime.NumGoroutine() > goroutines || r.hub.Usage().Viewers > 1 {
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %d descriptors, %d goroutines, %d viewers; before: %d, %d, 1",
				openFiles(t), runtime.NumGoroutine(), r.hub.Usage().Viewers, fds, goroutines)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// openFiles counts the descriptors of this process.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatalf("this test needs /proc: %v", err)
	}
	return len(entries)
}
