package target_test

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/target"
)

func TestNewRefusesWhatIsNoAddress(t *testing.T) {
	for _, tt := range []struct{ name, url string }{
		{"nothing", ""},
		{"a host alone", "127.0.0.1:6060"},
		{"another protocol", "file:///etc/passwd"},
		{"no host", "http:///debug"},
		{"a URL that cannot be read, with a password", "http://u:secret@host:port/"},
		{"another protocol, with a password", "ftp://u:secret@host/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tgt, err := target.New(target.Config{BaseURL: tt.url})
			if err == nil {
				t.Fatalf("New made a target of %s", tgt.URL())
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestCaptureKeepsTheProfileAsItCame(t *testing.T) {
	tgt := serve(t, agent.Handler(agent.Config{Counters: agent.Counters{Requests: func() uint64 { return 5 }}}))
	c, err := tgt.Capture(t.Context(), "heap", true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := profile.Parse(bytes.NewReader(c.Profile)); err != nil {
		t.Errorf("not a profile: %v", err)
	}
	if !bytes.HasPrefix(c.Profile, []byte{0x1f, 0x8b}) {
		t.Error("the profile was unpacked on the way")
	}
	if c.Kind != "heap" || c.Bytes != int64(len(c.Profile)) || time.Since(c.Time) > time.Minute {
		t.Errorf("kind %q, %d bytes, taken at %v", c.Kind, c.Bytes, c.Time)
	}
	if c.Requests == nil || *c.Requests != 5 || c.GCCycle == nil || *c.GCCycle < 1 || c.FloorBytes == nil || c.UptimeS == nil {
		t.Errorf("requests %v, cycle %v, floor %v, uptime %v: want all of them", c.Requests, c.GCCycle, c.FloorBytes, c.UptimeS)
	}
	if c.CaptureMS <= 0 || c.MemProfileRate <= 0 {
		t.Errorf("cost %v ms at rate %d", c.CaptureMS, c.MemProfileRate)
	}
}

func TestCaptureAsksForACollectionOnlyWhenTold(t *testing.T) {
	var asked []string
	tgt := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.RequestURI()) }))
	for _, gc := range []bool{true, false} {
		if _, err := tgt.Capture(t.Context(), "heap", gc); err != nil {
			t.Fatal(err)
		}
	}
	if want := "/debug/leakline/snapshot?gc=1&kind=heap /debug/leakline/snapshot?kind=heap"; strings.Join(asked, " ") != want {
		t.Errorf("asked %q, want %q", asked, want)
	}
}

// with answers with one header set.
func with(name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(name, value) }
}

func TestAHeaderThatSaysNothingIsUnknown(t *testing.T) {
	headers := []string{
		agent.HeaderGCCycle, agent.HeaderFloor, agent.HeaderRequests,
		agent.HeaderCapture, agent.HeaderUptime, agent.HeaderMemProfileRate,
	}
	for _, value := range []string{"", "-1", "NaN", "Inf", "-Inf", "1e99", "99999999999999999999", "<b>"} {
		for _, name := range headers {
			t.Run(name+"="+value, func(t *testing.T) {
				c, err := serve(t, with(name, value)).Capture(t.Context(), "heap", true)
				if err != nil {
					t.Fatal(err)
				}
				s := c.Snapshot
				if s.GCCycle != nil || s.FloorBytes != nil || s.Requests != nil || s.UptimeS != nil ||
					s.CaptureMS != 0 || s.MemProfileRate != 0 {
					t.Errorf("%+v, want everything unknown", s)
				}
			})
		}
	}
}

func TestAProfileIsBounded(t *testing.T) {
	const limit = 64 << 20
	for _, tt := range []struct {
		name  string
		serve http.HandlerFunc
	}{
		{"one that announces too much", with("Content-Length", strconv.Itoa(limit+1))},
		{"one that never ends", func(w http.ResponseWriter, r *http.Request) {
			chunk := make([]byte, 1<<20)
			for r.Context().Err() == nil {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := serve(t, tt.serve).Capture(t.Context(), "heap", false)
			if err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
				t.Errorf("Capture: %v, want a refusal beyond 64 MiB", err)
			}
		})
	}
}

func TestCaptureEndsWithItsCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tgt := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	if _, err := tgt.Capture(ctx, "heap", true); err == nil || ctx.Err() == nil {
		t.Errorf("Capture: %v, want the caller's end", err)
	}
}

func TestGCSaysHowLongItTook(t *testing.T) {
	took, err := serve(t, agent.Handler(agent.Config{})).GC(t.Context())
	if err != nil || took <= 0 || took > time.Minute {
		t.Errorf("GC took %v, %v", took, err)
	}
	for _, value := range []string{"", "NaN", "Inf", "-4"} {
		if took, err := serve(t, with(agent.HeaderCapture, value)).GC(t.Context()); err == nil {
			t.Errorf("a collection of %q ms took %v, want an error", value, took)
		}
	}
}
