package web

import (
	"log/slog"
	"net/http"
	"net/http/httputil"

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
	patient, err := t.Watch.Patient()
	if err != nil {
		return err
	}
	way := patient.Way()
	failed := error(nil)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(way.Base)
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
