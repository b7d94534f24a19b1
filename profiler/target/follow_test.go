package target_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/target"
)

const token = "the-token-that-nobody-may-see"

// serve answers with h and returns a target of it.
func serve(t *testing.T, h http.Handler) *target.Target {
	t.Helper()
	return serveAnd(t, h, target.Config{Every: 20 * time.Millisecond})
}

func serveAnd(t *testing.T, h http.Handler, cfg target.Config) *target.Target {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	cfg.BaseURL, cfg.Token = s.URL, token
	tgt, err := target.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tgt.Close)
	return tgt
}

// heard keeps what a stream says, and can end it.
type heard struct {
	process  profiler.Process
	readings []profiler.Reading
	enough   int
	stop     context.CancelFunc
}

func (h *heard) Hello(p profiler.Process) { h.process = p }

func (h *heard) Reading(r profiler.Reading) {
	h.readings = append(h.readings, r)
	if len(h.readings) == h.enough {
		h.stop()
	}
}

func TestFollowHearsTheAgent(t *testing.T) {
	tgt := serve(t, agent.Handler(agent.Config{}))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	h := &heard{enough: 3, stop: cancel}
	if err := tgt.Follow(ctx, 7, h); !errors.Is(err, context.Canceled) {
		t.Errorf("Follow ended with %v, want the caller's own end", err)
	}
	if h.process.PID != os.Getpid() {
		t.Errorf("process %d, want %d", h.process.PID, os.Getpid())
	}
	if len(h.readings) < 3 {
		t.Fatalf("%d readings, want 3", len(h.readings))
	}
	for i, r := range h.readings {
		if r.Generation != 7 || time.Since(r.At) > time.Minute {
			t.Errorf("reading %d is of generation %d at %v", i, r.Generation, r.At)
		}
		if !(r.Get(profiler.HeapInUse) > 0) || profiler.Known(r.Get(profiler.Requests)) {
			t.Errorf("reading %d has %v bytes in use and %v requests, want some and unknown",
				i, r.Get(profiler.HeapInUse), r.Get(profiler.Requests))
		}
	}
}

const hello = `{"process":{"pid":12},"metrics":["heap_live","from_the_future","requests"],"every_ms":100}` + "\n"

// says streams text and then keeps silent until the reader leaves.
func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, text)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
}

// answers is a whole answer.
func answers(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, text)
	}
}

func TestFollowSurvivesAHostileTarget(t *testing.T) {
	long := strings.Repeat("x", 65<<10)
	tests := []struct {
		name  string
		serve http.HandlerFunc
		want  string // in the error
	}{
		{"a page of HTML", answers(200, "<!doctype html><title>Hi</title>\n"), "not an agent's"},
		{"a first line that is another's JSON", answers(200, `{"level":"info"}`+"\n"), "0 metrics"},
		{"more metrics than anybody has",
			answers(200, `{"metrics":["heap_live"`+strings.Repeat(`,"x"`, 512)+"]}\n"), "513 metrics: want 1 to 512"},
		{"fewer values than announced", answers(200, hello+`{"v":[1,2]}`+"\n"), "2 values: 3 were announced"},
		{"more values than announced", answers(200, hello+`{"v":[1,2,3,4]}`+"\n"), "4 values: 3 were announced"},
		{"a reading that is a word", answers(200, hello+"null null\n"), "not a reading"},
		{"a number that does not fit", answers(200, hello+`{"v":[1e999,1,1]}`+"\n"), "not a reading"},
		{"a first line without an end", answers(200, long), "token too long"},
		{"a reading without an end", answers(200, hello+long), "token too long"},
		{"an empty stream", answers(200, ""), "the target closed it"},
		{"a stream that ends", answers(200, hello), "the target closed it"},
		{"an error", answers(500, "no memory left\n"), `500 Internal Server Error: "no memory left\n"`},
		{"a redirect elsewhere", http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP, "302 Found"},
		{"no answer at all", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, target.ErrSilent.Error()},
		{"silence after the header", says(""), target.ErrSilent.Error()},
		{"silence after the first line", says(hello), target.ErrSilent.Error()},
		{"silence after a reading", says(hello + `{"v":[1,2,3]}` + "\n"), target.ErrSilent.Error()},
		{"bytes that drip and never end a line", drip, target.ErrSilent.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // many of them wait for silence
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			err := serveAnd(t, tt.serve, target.Config{Silence: 500 * time.Millisecond}).Follow(ctx, 1, &heard{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || ctx.Err() != nil {
				t.Errorf("Follow ended with %v, want %q in it and no help from the test", err, tt.want)
			}
			if err != nil && len(err.Error()) > 2000 {
				t.Errorf("the error has %d bytes: %.100q…", len(err.Error()), err)
			}
		})
	}
}

func drip(w http.ResponseWriter, r *http.Request) {
	io.WriteString(w, hello)
	for r.Context().Err() == nil {
		io.WriteString(w, " ")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// A redirect must not carry the token elsewhere.
func TestARedirectIsNotFollowed(t *testing.T) {
	var visited atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Store(true) }))
	defer elsewhere.Close()
	tgt := serve(t, http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	var refusal *target.Refusal
	if err := tgt.Follow(t.Context(), 1, &heard{}); !errors.As(err, &refusal) || refusal.Status != http.StatusTemporaryRedirect {
		t.Errorf("Follow: %v, want a refusal with status 307", err)
	}
	if _, err := tgt.Capture(t.Context(), "heap", true); !errors.As(err, &refusal) {
		t.Errorf("Capture: %v, want a refusal", err)
	}
	if _, err := tgt.GC(t.Context()); !errors.As(err, &refusal) {
		t.Errorf("GC: %v, want a refusal", err)
	}
	if visited.Load() {
		t.Error("the redirect was followed")
	}
}

func TestWhatNoMetricCanBeIsUnknown(t *testing.T) {
	tests := []struct {
		name  string
		value string
		want  float64
	}{
		{"a number", "17", 17},
		{"nothing", "0", 0},
		{"null", "null", profiler.Unknown},
		{"a negative number", "-17", profiler.Unknown},
		{"a huge number", "1e300", profiler.Unknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := &heard{}
			line := fmt.Sprintf(`{"t":1,"v":[%s,99,5]}`+"\n", tt.value)
			err := serve(t, answers(200, hello+line)).Follow(t.Context(), 1, h)
			if len(h.readings) != 1 {
				t.Fatalf("%d readings, want 1: %v", len(h.readings), err)
			}
			r := h.readings[0]
			if got := r.Get(profiler.HeapLive); got != tt.want && (profiler.Known(got) || profiler.Known(tt.want)) {
				t.Errorf("heap_live is %v, want %v", got, tt.want)
			}
			if r.Get(profiler.Requests) != 5 {
				t.Errorf("requests are %v, want 5: a metric of the future shifts the columns", r.Get(profiler.Requests))
			}
		})
	}
}

func TestTheTokenIsSentAndNeverShown(t *testing.T) {
	var sent atomic.Value
	echo := func(w http.ResponseWriter, r *http.Request) {
		sent.Store(r.Header.Get("Authorization"))
		http.Error(w, "you sent "+strings.Repeat("Authorization: "+r.Header.Get("Authorization")+"\n", 50), http.StatusForbidden)
	}
	tgt := serve(t, http.HandlerFunc(echo))
	gone := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }))
	_, captured := tgt.Capture(t.Context(), "heap", true)
	_, collected := tgt.GC(t.Context())
	_, lost := gone.Capture(t.Context(), "heap", true)
	for what, err := range map[string]error{
		"Follow": tgt.Follow(t.Context(), 1, &heard{}), "Capture": captured, "GC": collected, "a lost connection": lost,
	} {
		if err == nil || strings.Contains(err.Error(), token[:10]) {
			t.Errorf("%s: %v, want an error without the token", what, err)
		}
	}
	if got := sent.Load(); got != "Bearer "+token {
		t.Errorf("Authorization: %v, want the token as a bearer", got)
	}
}
