package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/web/api"
)

// selfDebug serves this process' own profiles and readings as any service does
// that is watched: leakline diagnose http://leakline:TOKEN@host/self. It is
// there only when it was asked for at the start.
func (s *Server) selfDebug(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Self == nil {
		return api.Refuse(http.StatusNotFound, "this dashboard does not show its own profiles: start it with --debug-self")
	}
	if profile, ok := strings.CutPrefix(r.URL.Path, "/self/debug/pprof/"); ok && !slices.Contains(profiles, profile) {
		return api.Refuse(http.StatusNotFound, "no profile of that name is handed out: there are %s", strings.Join(profiles[1:], ", "))
	}
	if seconds := r.URL.Query().Get("seconds"); seconds != "" {
		if n, err := strconv.Atoi(seconds); err != nil || n < 0 || n > maxProfileSeconds {
			return api.Refuse(http.StatusBadRequest, "seconds: want a whole number from 0 to %d", maxProfileSeconds)
		}
	}
	http.StripPrefix("/self", s.cfg.Self).ServeHTTP(w, r)
	return nil
}
