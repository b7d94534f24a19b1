package web_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/leakline/leakline/lab/room"
	"github.com/leakline/leakline/profiler"
)

// socket opens the live stream as the browser's page does.
func (b *browser) socket(t testing.TB) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{Jar: b.client.Jar, HandshakeTimeout: 30 * time.Second}
	conn, resp, err := dialer.Dial("ws"+strings.TrimPrefix(b.URL, "http")+"/ws", http.Header{"Origin": {b.URL}})
	if err != nil {
		t.Fatalf("opening the stream: %v (%v)", err, resp)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A stream is what one viewer got.
type stream struct {
	first, last uint64 // frames by number; none is missing between them
	bytes, n    int
	late        map[uint64]time.Duration // readings, by number: from their moment until they were here
	err         error
}

// theEnd is the text of the mark that is published last.
const theEnd = "the end"

// read follows to the end.
func read(conn *websocket.Conn) (s stream) {
	conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
	s.late = make(map[uint64]time.Duration)
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			s.err = fmt.Errorf("the stream ends early: %w", err)
			return s
		}
		var f struct {
			Type, Reason string
			Seq          uint64
			T            int64 // Unix ms
			Mark         struct{ Text string }
		}
		if s.err = json.Unmarshal(raw, &f); s.err != nil {
			return s
		}
		s.bytes, s.n = s.bytes+len(raw), s.n+1
		switch {
		case f.Type == "bye":
			s.err = fmt.Errorf("cut: %s", f.Reason)
			return s
		case f.Type == "hello":
			s.first, s.last = f.Seq, f.Seq
		case f.Type == "state" && f.Seq == s.first: // sent along with the hello
		case f.Seq != s.last+1:
			s.err = fmt.Errorf("frame %d after %d", f.Seq, s.last)
			return s
		default:
			s.last = f.Seq
			if f.T > 0 {
				s.late[f.Seq] = time.Since(time.UnixMilli(f.T))
			}
		}
		if f.Mark.Text == theEnd {
			return s
		}
	}
}

// A class of three hundred watches the charts at 10 Hz and predicts meanwhile:
// nobody misses a frame, no answer is lost, and each is in the room.
func TestThreeHundredWatchAndPredict(t *testing.T) {
	s := newServer(t)
	bytes, frames := 0, 0
	for i, got := range s.crowd(t, 30) {
		if got.err != nil {
			t.Errorf("viewer %d got frames %d to %d: %v", i, got.first, got.last, got.err)
		}
		bytes, frames = bytes+got.bytes, frames+got.n
	}
	if mean := bytes / frames; mean > 500 {
		t.Errorf("a frame has %d bytes in the mean of %d, want at most 500", mean, frames)
	}
	if cut := s.hub.Usage().Cut; cut > 0 {
		t.Errorf("%d viewers were cut", cut)
	}
}

// BenchmarkThreeHundredWatchAndPredict reports the ninety-ninth percentile of
// how long after its moment a reading is with the last of them, through every
// door of the server.
func BenchmarkThreeHundredWatchAndPredict(b *testing.B) {
	for b.Loop() {
		last := make(map[uint64]time.Duration)
		for _, got := range newServer(b).crowd(b, 150) {
			if got.err != nil {
				b.Fatal(got.err)
			}
			for seq, late := range got.late {
				last[seq] = max(last[seq], late)
			}
		}
		all := slices.Sorted(maps.Values(last))
		b.ReportMetric(float64(all[len(all)*99/100].Milliseconds()), "p99-ms")
	}
}

// crowd has a class watch so many readings while each gives a name and answers.
func (s *testServer) crowd(t testing.TB, readings int) []stream {
	t.Helper()
	const class, each = 300, 100 * time.Millisecond
	s.publishRoom(t)
	browsers, streams := make([]*browser, class), make([]stream, class)
	var following, answering sync.WaitGroup
	for i := range browsers {
		browsers[i] = s.browser(t, tokens.Viewer)
		conn := browsers[i].socket(t)
		following.Go(func() { streams[i] = read(conn) })
	}
	until(t, "all are here", func() bool { return s.target.Room.Look(room.Visitor{}).Here == class })

	figures := profiler.Figures{}
	for f := range figures {
		figures[f] = 1234567.891 / float64(1+f)
	}
	for i, b := range browsers {
		answering.Go(func() {
			time.Sleep(time.Duration(i) * time.Duration(readings) * each / class) // people are not in step
			for path, body := range map[string]string{
				"room/me": fmt.Sprintf(`{"name":"Person %d"}`, i), answersPath: fmt.Sprintf(`{"answers":["%d"]}`, i%3),
			} {
				if status, answer := b.do(t, "PUT", path, body); status != http.StatusOK {
					t.Errorf("%s: status %d, %s", path, status, answer)
				}
			}
		})
	}
	tick := time.NewTicker(each)
	defer tick.Stop()
	for range readings {
		<-tick.C
		s.hub.Reading(profiler.Point{At: time.Now(), Generation: 1, Figures: figures})
	}
	answering.Wait()
	if tallies, err := s.target.Room.Distribution(room.Place{Lesson: "identify-the-leak", Step: "the-pattern"}); err != nil || fmt.Sprint(tallies[0].Choices) != "[100 100 100]" {
		t.Errorf("%d predictions, a third each, are counted as %+v, %v", class, tallies, err)
	}
	s.hub.Mark(profiler.Mark{At: time.Now(), Text: theEnd})
	following.Wait()
	return streams
}
