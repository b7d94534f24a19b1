// Package target is one watched process seen from outside: its readings as
// they come, its profiles on demand. What arrives is untrusted: every line and
// every body has a bound, a silent stream ends, redirects are not followed.
package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/profiler/agent"
	"github.com/leakline/leakline/profiler/heapgraph"
)

const (
	maxProfile = 64 << 20 // bytes of one profile as sent
	maxRefusal = 512      // bytes of an error answer worth repeating

	dialTimeout    = 2 * time.Second
	captureTimeout = 60 * time.Second // a collection of a large heap, and its profile
)

// Config says where a process is. BaseURL is required.
type Config struct {
	BaseURL string        // scheme, host and port; /debug/ is below it
	Token   string        // sent as a bearer token when not empty; never logged
	Every   time.Duration // between readings; default 100 ms
	Silence time.Duration // a stream without a line for so long has ended; default 3 s

	// Dump is the pipe that the process was started with, nil for none, through
	// which its heap comes; Binary is its program, and SampleRate its
	// runtime.MemProfileRate.
	Dump       *Drain
	Binary     *heapgraph.Binary
	SampleRate int
}

// A Target watches one process. It is safe for concurrent use.
type Target struct {
	cfg    Config
	base   *url.URL
	auth   Auth
	client *http.Client

	dumping sync.Mutex // one dump at a time
}

// New returns a target; it does not connect.
func New(cfg Config) (*Target, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err // without the URL, which may hold a password
		}
		return nil, fmt.Errorf("reading the target's URL: %w", err)
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, fmt.Errorf("target %q: want http://host:port or https://host:port", base.Redacted())
	}
	return newTarget(cfg, base, Auth{Bearer: cfg.Token}, newClient()), nil
}

func newTarget(cfg Config, base *url.URL, auth Auth, client *http.Client) *Target {
	cfg.Every = cmp.Or(cfg.Every, 100*time.Millisecond)
	cfg.Silence = cmp.Or(cfg.Silence, 3*time.Second)
	return &Target{cfg: cfg, base: base, auth: auth, client: client}
}

// newClient speaks to the target alone: no proxy, no redirect, no cookie.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
			DisableCompression:  true, // profiles are gzipped already and kept byte for byte
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close gives the idle connections back.
func (t *Target) Close() { t.client.CloseIdleConnections() }

// URL is where the process is, without the token.
func (t *Target) URL() string { return t.base.String() }

// Goroutines asks for the stack of every goroutine, with its identity.
func (t *Target) Goroutines(ctx context.Context) ([]byte, error) {
	resp, err := t.do(ctx, http.MethodGet, "/debug/pprof/goroutine", url.Values{"debug": {"2"}})
	if err != nil {
		return nil, fmt.Errorf("asking for the goroutines: %w", err)
	}
	defer resp.Body.Close()
	return readProfile(resp, "goroutine")
}

// readProfile reads a profile as it was sent, if it is not too large.
func readProfile(resp *http.Response, kind string) ([]byte, error) {
	tooLarge := fmt.Errorf("the %s profile is larger than %d MiB", kind, maxProfile>>20)
	if resp.ContentLength > maxProfile {
		return nil, tooLarge
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxProfile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the %s profile: %w", kind, err)
	}
	if len(body) > maxProfile {
		return nil, tooLarge
	}
	return body, nil
}

// Way is how to reach the process.
func (t *Target) Way() Way { return Way{t.base, t.auth, t.client.Transport} }

// A Refusal is an answer that was not 2xx.
type Refusal struct {
	Status int
	Body   string // its first bytes
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("the target answered %d %s: %q", r.Status, http.StatusText(r.Status), r.Body)
}

// do sends a request; the caller closes the body of a nil-error answer.
func (t *Target) do(ctx context.Context, method, path string, query url.Values) (*http.Response, error) {
	u := t.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	t.auth.sign(req.Header)
	resp, err := t.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		defer resp.Body.Close()
		return nil, &Refusal{resp.StatusCode, t.refusal(resp.Body)}
	}
	return resp, nil
}

// refusal reads what is worth repeating of an error answer. A server that
// echoes its request must not have us repeat the token.
func (t *Target) refusal(body io.Reader) string {
	raw, _ := io.ReadAll(io.LimitReader(body, maxRefusal+int64(len(t.auth.Bearer)+len(t.auth.Password))))
	text := t.auth.hide(string(raw))
	return text[:min(len(text), maxRefusal)]
}

// A Capture is a profile as the process wrote it, and what it stands for.
type Capture struct {
	Profile []byte
	profiler.Snapshot
}

// Capture takes one profile, after a forced collection if gc is true. The
// snapshot's id, target, label, reason, generation and strategy are the
// caller's to fill in.
func (t *Target) Capture(ctx context.Context, kind string, gc bool) (*Capture, error) {
	ctx, cancel := context.WithTimeout(ctx, captureTimeout)
	defer cancel()
	query := url.Values{"kind": {kind}}
	if gc {
		query.Set("gc", "1")
	}
	resp, err := t.do(ctx, http.MethodGet, "/debug/leakline/snapshot", query)
	if err != nil {
		return nil, fmt.Errorf("taking a %s profile: %w", kind, err)
	}
	defer resp.Body.Close()
	body, err := readProfile(resp, kind)
	if err != nil {
		return nil, err
	}
	c := &Capture{Profile: body}
	c.Snapshot = describe(resp.Header)
	c.Kind, c.Bytes, c.Time = kind, int64(len(body)), time.Now()
	return c, nil
}

// describe reads the headers of an agent's answer; what is absent or malformed
// stays unknown.
func describe(h http.Header) (s profiler.Snapshot) {
	count := func(name string) *int64 {
		n, err := strconv.ParseInt(h.Get(name), 10, 64)
		if err != nil || n < 0 {
			return nil
		}
		return &n
	}
	s.GCCycle, s.Requests, s.FloorBytes = count(agent.HeaderGCCycle), count(agent.HeaderRequests), count(agent.HeaderFloor)
	if rate := count(agent.HeaderMemProfileRate); rate != nil {
		s.MemProfileRate = int(*rate)
	}
	if up, ok := amount(h, agent.HeaderUptime); ok {
		s.UptimeS = &up
	}
	s.CaptureMS, _ = amount(h, agent.HeaderCapture)
	return s
}

// amount reads a header that is a number, which no clock shows negative or
// beyond some 30 years in milliseconds.
func amount(h http.Header, name string) (float64, bool) {
	v, err := strconv.ParseFloat(h.Get(name), 64)
	if err != nil || !(v >= 0 && v < 1e12) {
		return 0, false
	}
	return v, true
}

// GC forces a collection and returns how long it took.
func (t *Target) GC(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, captureTimeout)
	defer cancel()
	resp, err := t.do(ctx, http.MethodPost, "/debug/leakline/gc", nil)
	if err != nil {
		return 0, fmt.Errorf("forcing a collection: %w", err)
	}
	resp.Body.Close()
	ms, ok := amount(resp.Header, agent.HeaderCapture)
	if !ok {
		return 0, errors.New("forcing a collection: the target did not say how long it took")
	}
	return time.Duration(ms * float64(time.Millisecond)), nil
}
