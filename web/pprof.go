package web

import (
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/profiler"
	"github.com/leakline/leakline/web/api"
)

// pprof forwards to the patient's own profiles. Our cookie and token stay
// here; the patient's token goes in their place. The page it may answer with
// is shown without a script and without our origin.
func (s *Server) pprof(w http.ResponseWriter, r *http.Request) error {
	t, err := s.cfg.API.Find(r.URL.Query().Get("target"))
	if err != nil {
		return err
	}
	if err := t.Uncovered(); err != nil {
		return err
	}
	asked, err := askedOf(r, t)
	if err != nil {
		return err
	}
	patient, err := t.Watch.Patient()
	if err != nil {
		return err
	}
	way := patient.Way()
	failed := error(nil)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(way.Base)
			p.Out.URL.RawQuery = asked.Encode()
			p.Out.Header = way.Header()
		},
		Transport: way.Transport,
		ModifyResponse: func(resp *http.Response) error {
			for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Set-Cookie"} {
				resp.Header.Del(h)
			}
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
		ErrorLog:     slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	w.Header().Set("Content-Security-Policy", "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'")
	proxy.ServeHTTP(w, r)
	if failed != nil && r.Context().Err() == nil {
		return api.Refuse(http.StatusBadGateway, "the patient's profile cannot be had: %v", failed)
	}
	return nil
}

// profiles are what may be asked for, "" for the list of them. The command line
// is not among them: people write secrets into theirs.
var profiles = []string{
	"", "allocs", "block", "goroutine", "goroutineleak", "heap", "mutex", "profile", "symbol", "threadcreate", "trace",
}

const (
	maxProfileSeconds = 30
	maxGoroutines     = 10_000 // whose stacks are listed without a second thought
)

// askedOf checks what is asked of the patient and returns the query that goes
// there: what it understands and nothing else, a token least of all.
func askedOf(r *http.Request, t *api.Target) (url.Values, error) {
	profile, query := strings.TrimPrefix(r.URL.Path, "/debug/pprof/"), r.URL.Query()
	if !slices.Contains(profiles, profile) {
		return nil, api.Refuse(http.StatusNotFound, "no profile of that name is handed out: there are %s", strings.Join(profiles[1:], ", "))
	}
	asked := make(url.Values)
	for _, name := range []string{"debug", "gc", "seconds"} {
		if !query.Has(name) {
			continue
		}
		n, err := strconv.Atoi(query.Get(name))
		if most := map[string]int{"debug": 2, "gc": 1, "seconds": maxProfileSeconds}[name]; err != nil || n < 0 || n > most {
			return nil, api.Refuse(http.StatusBadRequest, "%s: want a whole number from 0 to %d", name, most)
		}
		asked.Set(name, strconv.Itoa(n))
	}
	if profile == "goroutine" && query.Get("confirm") != "1" {
		figures, _ := t.Figures()
		if n := figures[profiler.FigGoroutines]; profiler.Known(n) && n > maxGoroutines {
			return nil, api.Refuse(http.StatusConflict, "the process stands still while the stacks of its %.0f goroutines are taken: add confirm=1 to take them all the same", n)
		}
	}
	return asked, nil
}
