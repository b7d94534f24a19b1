package lab_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/leakline/leakline/lab"
	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/archive"
)

// patience is for a machine with better things to do.
const patience = time.Minute

// A stage is a lab that runs for one test, and what it told its sink.
type stage struct {
	*lab.Lab
	archive *archive.Archive
	changed chan struct{} // has a token once the state has changed

	mu     sync.Mutex
	points []profiler.Point
}

func (s *stage) Mark(profiler.Mark) {}

func (s *stage) Reading(p profiler.Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.points = append(s.points, p)
}

// config is a small lab: its list is short, so that decisions are quick under
// the race detector.
func config(t *testing.T) lab.Config {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := archive.Open(t.TempDir(), archive.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	return lab.Config{
		Executable: executable, DataDir: t.TempDir(), Epoch: "e1", Archive: kept,
		Users: 2000, RiskyUsers: 100, RPS: 50, RiskyShare: 0.5, SnapshotEvery: time.Hour,
	}
}

// run runs a lab to the end of the test, which must be clean: no error and no
// goroutine left.
func run(t *testing.T, cfg lab.Config) *stage {
	t.Helper()
	before := goleak.IgnoreCurrent()
	s := &stage{archive: cfg.Archive, changed: make(chan struct{}, 1)}
	cfg.Sink = s
	cfg.OnState = func() {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
	l, err := lab.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Lab = l
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel(errors.New("the test has seen enough"))
		if err := <-ended; err != nil {
			t.Errorf("Run: %v, want none when its context ends", err)
		}
		l.Close()
		goleak.VerifyNone(t, before)
	})
	return s
}

// eventually polls until ok.
func (s *stage) eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s\n%+v", patience, what, s.State())
		}
	}
}

// watched waits until a life runs and its readings come.
func (s *stage) watched(t *testing.T, generation uint32) {
	t.Helper()
	s.eventually(t, "a running checker whose readings come", func() bool {
		r, _, ok := s.Watch().Series().Latest()
		return ok && s.State().Status == lab.Running && s.State().Generation == generation &&
			r.Generation == generation && profiler.Known(r.Get(profiler.HeapInUse))
	})
}

// marks returns what happened, as "kind" or "kind from → to".
func (s *stage) marks(kinds ...profiler.MarkKind) string {
	var words []string
	for _, m := range s.Watch().Series().Marks(time.Time{}) {
		for _, k := range kinds {
			if m.Kind == k {
				words = append(words, strings.TrimSpace(string(k)+" "+m.From+" "+m.To))
			}
		}
	}
	return strings.Join(words, ", ")
}

// lifeAndDeath are the marks of a supervisor.
var lifeAndDeath = []profiler.MarkKind{
	profiler.MarkStart, profiler.MarkStop, profiler.MarkCrash, profiler.MarkRestart, profiler.MarkHalt,
}

// decidedBy asks the checker itself which strategy decides.
func (s *stage) decidedBy(t *testing.T) string {
	t.Helper()
	tgt, err := s.Watch().Patient()
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := client.Post(tgt.URL()+"/v1/check", "application/json",
		strings.NewReader(`{"payment_id":"p1","user_id":"u0000001","amount_cents":1,"currency":"EUR"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var decision struct{ Strategy string }
	if err := json.NewDecoder(resp.Body).Decode(&decision); err != nil {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	return decision.Strategy
}
