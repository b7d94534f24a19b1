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
	"path"
	"strings"
	"sync/atomic"
	"time"
)

// StrangerConfig says where a service that serves net/http/pprof is. URL is
// required: http://host:port, https://…, or unix:///path/to.sock; a path that
// ends in /debug/pprof/… is understood as what lies before it.
type StrangerConfig struct {
	URL      string
	Auth     Auth
	Withheld bool          // there is a secret, and this service must not be told it
	Timeout  time.Duration // of one answer as a whole; default 30 s
	MaxBytes int64         // of one answer; default 64 MiB
}

// A Stranger is a Go service that serves net/http/pprof and need not know of
// leakline. It is safe for concurrent use.
type Stranger struct {
	cfg    StrangerConfig
	base   *url.URL // without user, below which /debug/pprof lies
	client *http.Client
	ratio  goalRatio
	noLeak atomic.Bool // it has no goroutineleak profile
}

// NewStranger returns a stranger; it does not connect.
func NewStranger(cfg StrangerConfig) (*Stranger, error) {
	base, socket, err := parseStranger(cfg.URL)
	if err != nil {
		return nil, err
	}
	if base.User != nil {
		cfg.Auth.User = base.User.Username()
		cfg.Auth.Password, _ = base.User.Password()
		base.User = nil
	}
	cfg.URL = ""
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	cfg.MaxBytes = cmp.Or(cfg.MaxBytes, maxProfile)
	client := newClient()
	if socket != "" {
		client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "unix", socket)
		}
	}
	return &Stranger{cfg: cfg, base: base, client: client}, nil
}

func parseStranger(where string) (base *url.URL, socket string, err error) {
	base, err = url.Parse(where)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err // without the URL, which may hold a password
		}
		return nil, "", fmt.Errorf("reading the target's URL: %w", err)
	}
	if base.Scheme == "unix" && base.Host == "" && base.Path != "" {
		socket, prefix, _ := strings.Cut(base.Path, ":")
		return &url.URL{Scheme: "http", Host: "localhost", Path: prefix}, socket, nil
	}
	if (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" {
		return nil, "", fmt.Errorf("target %q: want http://host:port, https://host:port or unix:///path/to.sock", base.Redacted())
	}
	if at := strings.Index(base.Path, "/debug/pprof"); at >= 0 {
		base.Path = base.Path[:at]
	}
	base.RawPath, base.RawQuery, base.Fragment = "", "", ""
	return base, "", nil
}

// Close gives the idle connections back.
func (s *Stranger) Close() { s.client.CloseIdleConnections() }

// URL is where the service is, without user and password.
func (s *Stranger) URL() string { return s.base.String() }

// Way is how to reach the service.
func (s *Stranger) Way() Way { return Way{s.base, s.cfg.Auth, s.client.Transport} }

// Agent is the same service asked for more than net/http/pprof serves.
// Readings come at the given interval.
func (s *Stranger) Agent(every time.Duration) *Target {
	return newTarget(Config{Every: every, Silence: max(3*time.Second, 8*every)}, s.base, s.cfg.Auth, s.client)
}

// An Answer is what the service sent, and when it was asked.
type Answer struct {
	Body []byte
	At   time.Time
	Took time.Duration
}

// Profile asks for /debug/pprof/name.
func (s *Stranger) Profile(ctx context.Context, name string, query url.Values) (Answer, error) {
	return s.get(ctx, path.Join("debug/pprof", name), query)
}

func (s *Stranger) get(ctx context.Context, below string, query url.Values) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	at := time.Now()
	body, err := s.fetch(ctx, below, query)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no whole answer within %v", s.cfg.Timeout)
		}
		return Answer{}, fmt.Errorf("asking %s for /%s: %w", s.URL(), below, err)
	}
	return Answer{Body: body, At: at, Took: time.Since(at)}, nil
}

func (s *Stranger) fetch(ctx context.Context, below string, query url.Values) ([]byte, error) {
	u := s.base.JoinPath(below)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	s.cfg.Auth.sign(req.Header)
	resp, err := s.client.Do(req)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, err
	}
	defer resp.Body.Close()
	if err := s.accept(resp); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, s.cfg.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > s.cfg.MaxBytes {
		return nil, fmt.Errorf("the answer is larger than %d bytes", s.cfg.MaxBytes)
	}
	return body, nil
}

// ErrAbsent reports that the service serves nothing at a path.
var ErrAbsent = errors.New("there is nothing there (404); is net/http/pprof mounted?")

// accept refuses what is no plain answer, in words that say what to do.
func (s *Stranger) accept(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusOK && resp.ContentLength > s.cfg.MaxBytes:
		return fmt.Errorf("the answer has %d bytes, more than %d", resp.ContentLength, s.cfg.MaxBytes)
	case code == http.StatusOK:
		return nil
	case code == http.StatusNotFound:
		return ErrAbsent
	case s.cfg.Withheld && (code == http.StatusUnauthorized || code == http.StatusForbidden):
		return fmt.Errorf("it wants credentials (%d), which it is not sent: %s is not among --auth-hosts", code, s.base.Hostname())
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return fmt.Errorf("it wants credentials (%d): give them by --auth-file or LEAKLINE_TARGET_AUTH", code)
	case code/100 == 3:
		to := "elsewhere"
		if where, err := resp.Location(); err == nil {
			to = where.Scheme + "://" + where.Host
		}
		return fmt.Errorf("it redirects to %s, which is not followed: give that URL if it is right", to)
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	return &Refusal{resp.StatusCode, s.cfg.Auth.hide(string(text))}
}
